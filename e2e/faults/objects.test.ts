import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployFolder } from "../deploy/rendered.ts";
import { small } from "../fixtures/small.ts";
import { type Controller, startControllers } from "../support/controllers.ts";
import { eventually } from "../support/eventually.ts";
import { hasBecome } from "../support/inventory.ts";
import { condition } from "../support/observing.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { controllerRequests } from "../support/requests.ts";

let cluster: OwnCluster;
let controllers: Controller[] = [];

beforeAll(async () => {
  cluster = await startOwnCluster({ only: [] });
});
afterAll(async () => {
  await Promise.all(controllers.map((controller) => controller.stop()));
  await cluster?.stop();
});

async function succeed(...args: string[]): Promise<void> {
  expect(await cluster.kubectl(args)).toMatchObject({ code: 0 });
}

async function readiness(): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(controllers.map(async (controller) => [controller.name, await controller.readiness()])),
  );
}

/** A namespace for the cluster that goes wrong, marked so that only its objects are affected. */
async function poisonedNamespace(poison: string): Promise<string> {
  const namespace = await cluster.namespace(poison);
  await succeed("label", "namespace", namespace, `poison=${poison}`);
  return namespace;
}

/** Whether the API server takes a Service, which isn't made. */
function tryToCreate(namespace: string, ...more: readonly string[]) {
  return cluster.kubectl([
    "-n",
    namespace,
    "create",
    "service",
    "clusterip",
    "x",
    "--tcp=1",
    "--dry-run=server",
    ...more,
  ]);
}

describe("a CRD that is missing when the controllers start", () => {
  it("holds back those that need it, says which, and is all that was missing", async () => {
    await succeed("delete", "crd", "cells.multigres.com");
    controllers = await startControllers(cluster);
    const namespace = await cluster.namespace("crd");
    await cluster.apply(small(namespace));
    const missing = expect.stringContaining("the server doesn't know cells.multigres.com; is its CRD installed?");
    await eventually(async () => {
      expect(await readiness()).toEqual({
        "cluster-controller": missing,
        "cell-controller": missing,
        "tablegroup-controller": "ok",
        "shard-controller": "ok",
        "topo-controller": "ok",
      });
    });
    for (const { name, log } of controllers.slice(0, 2)) {
      expect(log(), name).toContainEqual(
        expect.objectContaining({ level: "warn", msg: "the watch begins anew", reason: "refused", error: missing }),
      );
    }
    await succeed("apply", "--server-side", "-f", join(deployFolder, "crds/multigres.com_cells.yaml"));
    await hasBecome(cluster, namespace, {});
    expect(new Set(Object.values(await readiness()))).toEqual(new Set(["ok"]));
    expect(controllers.map(({ restarts }) => restarts)).toEqual(controllers.map(() => 0));
  });
});

describe("a poisoned cluster", () => {
  it("whose every workload is refused says so, is tried ever less often, delays no other, and heals by itself", async () => {
    const poisoned = await poisonedNamespace("refused");
    await cluster.apply(...refusingPolicy);
    await eventually(async () => {
      const tried = await tryToCreate(poisoned);
      expect(tried.stderr).toContain("nothing is allowed here");
    });
    await cluster.apply(small(poisoned));
    await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace: poisoned, name: "small" });
      expect(condition(found, "Stalled")).toMatchObject({
        status: "True",
        message: expect.stringContaining("nothing is allowed here"),
      });
    });

    const healthy = await cluster.namespace("healthy");
    await cluster.apply(small(healthy));
    await hasBecome(cluster, healthy, {});

    await eventually(() => {
      const attempts = controllerRequests(cluster)
        .filter(({ namespace, name, code }) => namespace === poisoned && name === "small-z1-gateway" && code === 422)
        .filter(({ resource }) => resource === "apps/deployments")
        .map(({ receivedAt }) => receivedAt.getTime());
      const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
      expect(pauses.length).toBeGreaterThan(2);
      expect(pauses.at(-1)).toBeGreaterThan(2 * Math.min(...pauses));
    });
    await succeed("delete", "validatingadmissionpolicybinding", "refusing");
    await hasBecome(cluster, poisoned, {});
  });

  it("whose writes hang delays no other", async () => {
    const poisoned = await poisonedNamespace("hanging");
    let calls = 0;
    const silent = createServer(() => (calls += 1));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    await cluster.apply(hangingWebhook((silent.address() as AddressInfo).port));
    try {
      await eventually(async () => {
        const tried = await tryToCreate(poisoned, "--request-timeout=1s");
        expect(tried.code).not.toBe(0);
      });
      const before = calls;
      await cluster.apply(small(poisoned));
      await eventually(() => expect(calls).toBeGreaterThan(before + 5));
      const healthy = await cluster.namespace("beside");
      await cluster.apply(small(healthy));
      await hasBecome(cluster, healthy, {});

      // While a write of its own hung, each controller wrote for the healthy one.
      await eventually(() => {
        const requests = controllerRequests(cluster);
        const hung = requests.filter(({ namespace, code }) => namespace === poisoned && code === 500);
        const made = requests.filter(({ verb, namespace }) => verb === "create" && namespace === healthy);
        const undelayed = made.filter(({ by, receivedAt, answeredAt }) =>
          hung.some((other) => other.by === by && other.receivedAt < receivedAt && answeredAt < other.answeredAt),
        );
        expect(new Set(undelayed.map(({ by }) => by))).toEqual(
          new Set(["cluster-controller", "cell-controller", "shard-controller", "topo-controller"]),
        );
      });
      await succeed("delete", "validatingwebhookconfiguration", "hanging");
      await hasBecome(cluster, poisoned, {});
    } finally {
      silent.close();
    }
  });
});

const refusingPolicy = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "refusing" },
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { poison: "refused" } },
        resourceRules: [
          {
            apiGroups: ["", "apps"],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["services", "deployments", "statefulsets"],
          },
        ],
      },
      validations: [{ expression: "false", message: "nothing is allowed here" }],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "refusing" },
    spec: { policyName: "refusing", validationActions: ["Deny"] },
  },
];

/** Somebody's webhook that never answers; the API server gives up after the longest time that it knows, less a little. */
function hangingWebhook(port: number) {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "hanging" },
    webhooks: [
      {
        name: "hanging.example.com",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        timeoutSeconds: 25,
        namespaceSelector: { matchLabels: { poison: "hanging" } },
        rules: [
          {
            apiGroups: ["", "apps"],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["services", "deployments", "statefulsets"],
          },
        ],
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(cluster.plane.certificateAuthority).toString("base64"),
        },
      },
    ],
  };
}
