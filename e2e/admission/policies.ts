import { admissionPolicies } from "@multigres/api-types";
import { demo, std } from "../fixtures/demo.ts";
import { type AdmissionServer, type Answer, until } from "./admission-server.ts";
import { templateStorage, tinyStorage, withFields } from "./fields.ts";

/** Policies bite a few seconds after they are installed, each for itself: every one has to refuse its probe. */
export async function waitForPolicies(server: AdmissionServer): Promise<void> {
  const namespace = await server.namespace("policy-probe");
  const cluster = demo(undefined, namespace);
  const template = std(undefined, namespace);
  await server.create(template);
  await server.create(cluster);
  const probes: Readonly<Record<string, () => Promise<Answer>>> = {
    "database-names": () => server.check(withFields(cluster, { "spec.databases.0.name": "TINY-db" })),
    "pool-cells": () => server.check(withFields(cluster, { "spec.databases.1.spec.pools.0.cell": "nope" })),
    "storage-growth": () => server.checkChange(withFields(cluster, { [tinyStorage]: "1Mi" })),
    "template-in-use": () => server.checkRemoval(template),
    "template-storage": () => server.checkChange(withFields(template, { [templateStorage]: "1Mi" })),
  };
  for (const { name } of admissionPolicies) {
    const probe = probes[name.slice(0, name.indexOf("."))];
    if (!probe) throw new Error(`no probe for the policy ${name}`);
    await until(async () => mentions(await probe(), name), `policy ${name} refuses its probe`);
  }
}

function mentions(answer: Answer, policy: string): boolean {
  return !answer.accepted && answer.message.includes(policy);
}
