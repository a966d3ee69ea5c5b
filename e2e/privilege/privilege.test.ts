import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Manifest, permissions, render, rulesOf } from "../deploy/rendered.ts";
import { type ControllerName, controllerNames } from "../support/controllers.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { type ControllerRequest, controllerRequests } from "../support/requests.ts";
import { writesFromRest } from "../support/writes.ts";
import { busyRun } from "./busy-run.ts";

let cluster: OwnCluster;
let manifests: readonly Manifest[];
let requests: readonly ControllerRequest[];

beforeAll(async () => {
  // Without WatchList the controllers list before they watch, so that both rights are seen in use.
  const extraArguments = { "kube-apiserver": ["--feature-gates=WatchList=false"] };
  cluster = await startOwnCluster({ plane: { extraArguments } });
  manifests = await render("overlays/default");
  const namespace = await cluster.namespace("busy");
  await busyRun(cluster, namespace);
  // What the last deletion leads to is asked for after it.
  await writesFromRest(cluster, namespace);
  requests = controllerRequests(cluster);
});
afterAll(() => cluster?.stop());

/** Rights that no request of the busy run shows, with the reason for having them. */
const exceptions: readonly string[] = [
  // Looked at by the API server when an owner reference with blockOwnerDeletion is written.
  ...["multigresclusters", "cells", "tablegroups", "shards", "toposervers"].map(
    (kind) => `multigres.com/${kind}/finalizers update`,
  ),
  // topo-controller: only after an orphaning deletion, as the number of members can't change.
  "policy/poddisruptionbudgets delete",
  // cluster- and topo-controller delete none, but who changes a volume's owners must be allowed to (OwnerReferencesPermissionEnforcement).
  "core/persistentvolumeclaims delete",
];

describe("after a busy run under the shipped Roles", () => {
  it("case 71: the API server has refused nothing that a controller asked for", () => {
    expect(requests.length).toBeGreaterThan(500);
    expect(requests.filter(({ code }) => code === 403 || code === 401)).toEqual([]);
  });

  it.each(controllerNames)("%s has used every right that it has", (name) => {
    const used = new Set(requests.filter(({ by }) => by === name).map(({ resource, verb }) => `${resource} ${verb}`));
    const unused = permissions(rulesOf(manifests, name)).filter((permission) => !used.has(permission));
    expect(unused.filter((permission) => !exceptions.includes(permission))).toEqual([]);
  });

  it.each(controllerNames)(
    "%s has no access to Secrets, but that the cluster-controller may create them",
    async (name) => {
      const verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
      const allowed = await mayOf(name, verbs, "secrets");
      expect(allowed).toEqual(name === "cluster-controller" ? ["create"] : []);
    },
  );
});

async function mayOf(name: ControllerName, verbs: readonly string[], resource: string): Promise<string[]> {
  const namespace = "multigres-system";
  const answers = await Promise.all(
    verbs.map(async (verb) => {
      const answer = await cluster.plane.request({
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SubjectAccessReview",
          spec: {
            user: `system:serviceaccount:${namespace}:${name}`,
            groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
            // In all namespaces.
            resourceAttributes: { verb, resource },
          },
        },
      });
      return { verb, yes: (answer as { status: { allowed: boolean } }).status.allowed };
    }),
  );
  return answers.filter(({ yes }) => yes).map(({ verb }) => verb);
}
