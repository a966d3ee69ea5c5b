import { setTimeout as sleep } from "node:timers/promises";
import { admissionPolicies, apiVersion, customResources, type MultigresCluster } from "@multigres/api-types";
import { type ComponentName, type ControlPlane, RequestError, startControlPlane } from "@multigres/tools/control-plane";
import { demo, std } from "../fixtures/demo.ts";
import { templateStorage, tinyStorage, withFields } from "./fields.ts";

/** What the API server answered to a write. */
export type Answer =
  | { readonly accepted: true; readonly object: StoredObject }
  | { readonly accepted: false; readonly message: string };

export interface StoredObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** An object to send: ours, or one that is wrong on purpose. */
export type Draft = Pick<MultigresCluster, "metadata"> & { readonly kind: string; readonly spec?: unknown };

/** An API server with our CRDs and policies and nothing else of ours. */
export interface AdmissionServer {
  readonly plane: ControlPlane;
  /** Asks whether `object` could be created; stores nothing. */
  check(object: Draft): Promise<Answer>;
  create(object: Draft): Promise<Answer>;
  /** Asks whether the stored object could become `object`; stores nothing. */
  checkChange(object: Draft): Promise<Answer>;
  /** Writes the status of a stored object as a controller would. */
  writeStatus(object: Draft, status: unknown): Promise<Answer>;
  read(object: Draft): Promise<StoredObject>;
  /** Asks whether the stored object could be deleted; deletes nothing. */
  checkRemoval(object: Draft): Promise<Answer>;
  remove(object: Draft): Promise<Answer>;
  createNamespace(name: string): Promise<void>;
}

export const deployFolder = `${import.meta.dirname}/../../deploy`;

/** Starts the server, installs `deploy/crds` as a user would, and waits until every policy refuses something. */
export async function startAdmissionServer(components: readonly ComponentName[] = []): Promise<AdmissionServer> {
  const plane = await startControlPlane({ components });
  const server = connect(plane);
  await kubectl(plane, ["apply", "-k", `${deployFolder}/crds`]);
  await kubectl(plane, ["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
  await server.createNamespace("t1");
  await waitForPolicies(server);
  return server;
}

/** Runs kubectl and fails the test with its message when it fails. */
export async function kubectl(plane: ControlPlane, args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl(args, { stdin });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Why a write was refused; undefined when it was accepted. */
export function problem(answer: Answer): string | undefined {
  return answer.accepted ? undefined : answer.message;
}

/** The stored object of an accepted write; throws the message of a refused one. */
export function accepted(answer: Answer): StoredObject {
  if (!answer.accepted) throw new Error(answer.message);
  return answer.object;
}

function connect(plane: ControlPlane): AdmissionServer {
  const send = async (...[request]: Parameters<ControlPlane["request"]>): Promise<Answer> => {
    try {
      return { accepted: true, object: (await plane.request(request)) as StoredObject };
    } catch (error) {
      if (error instanceof RequestError) return { accepted: false, message: error.message };
      throw error;
    }
  };
  return {
    plane,
    check: (object) => send({ method: "POST", path: `${collection(object)}?dryRun=All`, body: object }),
    create: (object) => send({ method: "POST", path: collection(object), body: object }),
    checkChange: async (object) => {
      const stored = (await plane.request({ method: "GET", path: item(object) })) as StoredObject;
      const metadata = { ...object.metadata, resourceVersion: stored.metadata.resourceVersion };
      return send({ method: "PUT", path: `${item(object)}?dryRun=All`, body: { ...object, metadata } });
    },
    writeStatus: (object, status) =>
      send({
        method: "PATCH",
        path: `${item(object)}/status`,
        body: { status },
        contentType: "application/merge-patch+json",
      }),
    read: async (object) => (await plane.request({ method: "GET", path: item(object) })) as StoredObject,
    checkRemoval: (object) => send({ method: "DELETE", path: `${item(object)}?dryRun=All` }),
    remove: (object) => send({ method: "DELETE", path: item(object) }),
    createNamespace: async (name) => {
      await plane.request({
        method: "POST",
        path: "/api/v1/namespaces",
        body: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      });
    },
  };
}

function collection({ kind, metadata }: Draft): string {
  const plural = customResources.find((resource) => resource.kind === kind)?.plural;
  if (plural === undefined) throw new Error(`${kind} isn't one of our kinds`);
  return `/apis/${apiVersion}/namespaces/${metadata.namespace}/${plural}`;
}

function item(object: Draft): string {
  return `${collection(object)}/${object.metadata.name}`;
}

/** Policies bite a few seconds after they are installed, each for itself: every one has to refuse its probe. */
async function waitForPolicies(server: AdmissionServer): Promise<void> {
  const namespace = "policy-probe";
  await server.createNamespace(namespace);
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

/** Repeats `check` until it holds; throws after a minute. */
export async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await sleep(100);
  }
}
