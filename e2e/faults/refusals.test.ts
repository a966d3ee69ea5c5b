import { rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployFolder } from "../deploy/rendered.ts";
import { small } from "../fixtures/small.ts";
import { type Controller, type ControllerName, controllerNames } from "../support/controllers.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultyCluster, startFaultyCluster } from "../support/faulty-cluster.ts";
import { hasBecome, uids } from "../support/inventory.ts";
import { condition } from "../support/observing.ts";
import { controllerRequests } from "../support/requests.ts";
import { hangingWebhook, refusingPolicy } from "./refusing-admission.ts";

let cluster: FaultyCluster;

beforeAll(async () => {
  cluster = await startFaultyCluster();
});
afterAll(() => cluster?.stop());

async function succeed(...args: string[]): Promise<void> {
  expect(await cluster.kubectl(args)).toMatchObject({ code: 0 });
}

async function readiness(): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(cluster.controllers.map(async (controller) => [controller.name, await controller.readiness()])),
  );
}

/** What a controller logs from now on: others before have been refused things, too. */
function logFromNow(controller: Controller): () => ReturnType<Controller["log"]> {
  const before = controller.log().length;
  return () => controller.log().slice(before);
}

/** A namespace for the cluster that goes wrong, marked so that only its objects are affected. */
async function poisonedNamespace(poison: string): Promise<string> {
  const namespace = await cluster.namespace(poison);
  await succeed("label", "namespace", namespace, `poison=${poison}`);
  return namespace;
}

/** What the API server says against a Service, which isn't made; undefined when it would take it. */
async function objection(namespace: string, timeoutMilliseconds?: number): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/services?dryRun=All`;
  const body = { metadata: { name: "x" }, spec: { ports: [{ port: 1 }] } };
  try {
    await cluster.plane.request({ method: "POST", path, body, timeoutMilliseconds });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a CRD that is missing when the controllers start", () => {
  it("holds back those that need it, says which, and is all that was missing", async () => {
    await succeed("delete", "crd", "cells.multigres.com");
    await cluster.replace(controllerNames);
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
    for (const needing of ["cluster-controller", "cell-controller"] as const) {
      const { name, log } = cluster.controller(needing);
      expect(log(), name).toContainEqual(
        expect.objectContaining({ level: "warn", msg: "the watch begins anew", reason: "refused", error: missing }),
      );
    }
    await succeed("apply", "--server-side", "-f", join(deployFolder, "crds/multigres.com_cells.yaml"));
    await hasBecome(cluster, namespace, {});
    // It took its objects with it.
    await hasBecome(cluster, cluster.before, {});
    await cluster.allReady();
    expect(cluster.crashed()).toEqual([]);
  });
});

describe("a poisoned cluster", () => {
  it("whose every workload is refused says so, is tried ever less often, delays no other, and heals by itself", async () => {
    const poisoned = await poisonedNamespace("refused");
    await cluster.apply(...refusingPolicy);
    await eventually(async () => expect(await objection(poisoned)).toContain("nothing is allowed here"));
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
    await cluster.apply(hangingWebhook((silent.address() as AddressInfo).port, cluster.plane.certificateAuthority));
    try {
      await eventually(async () => expect(await objection(poisoned, 1_000)).toContain("no answer within"));
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

const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

interface Role {
  metadata: Record<string, unknown>;
  rules: { resources: string[]; verbs: string[] }[];
}

/** Waits until the server knows that a controller has lost a right: it learns of roles a moment after they were written. */
async function mayNot(controller: ControllerName, resourceAttributes: Readonly<Record<string, string>>): Promise<void> {
  const path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  const spec = { user: `system:serviceaccount:multigres-system:${controller}`, resourceAttributes };
  const body = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec };
  await eventually(async () => {
    expect(await cluster.plane.request({ method: "POST", path, body })).toMatchObject({ status: { allowed: false } });
  });
}

describe("rights that are taken away", () => {
  it("on one kind: status and Event say which, up to the root, and all else goes on until they are back", async () => {
    const namespace = cluster.before;
    const path = `${roles}/multigres-cell-controller`;
    const role = (await cluster.plane.request({ method: "GET", path })) as Role;
    const log = logFromNow(cluster.controller("cell-controller"));
    const crippled = structuredClone(role);
    for (const rule of crippled.rules)
      if (rule.resources.includes("deployments")) rule.verbs = ["get", "list", "watch"];
    await cluster.plane.request({ method: "PUT", path, body: crippled });
    try {
      await mayNot("cell-controller", { verb: "patch", group: "apps", resource: "deployments", namespace });
      await cluster.apply(small(namespace, { gateways: 2, pods: 3 }));
      const forbidden = {
        reason: "Forbidden",
        message: expect.stringMatching(
          /Deployment small-z1-gateway: .*cell-controller.* cannot patch resource "deployments"/,
        ),
      };
      await eventually(async () => {
        const cell = await cluster.api.get(kinds.Cell, { namespace, name: "small-z1" });
        expect(condition(cell, "Stalled")).toMatchObject({ status: "True", ...forbidden });
        const root = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
        expect(condition(root, "Stalled")).toMatchObject({ status: "True", ...forbidden });
        // The database isn't held back.
        expect(root.status?.databases?.["db"]).toMatchObject({ readyInstances: 3 });
      });
      expect(log()).toContainEqual(
        expect.objectContaining({
          level: "warn",
          reason: "Forbidden",
          msg: expect.stringContaining("small-z1-gateway"),
        }),
      );
    } finally {
      const { metadata } = (await cluster.plane.request({ method: "GET", path })) as Role;
      await cluster.plane.request({ method: "PUT", path, body: { ...role, metadata } });
    }
    await hasBecome(cluster, namespace, { gateways: 2, pods: 3 });
  });

  it("altogether: not ready as soon as watches end, and whole again once they are back", async () => {
    const namespace = cluster.before;
    const before = await uids(cluster, namespace);
    const controller = cluster.controller("cell-controller");
    const log = logFromNow(controller);
    const refused = () => controller.metric("multigres_watch_restarts_total", { kind: "Cell", reason: "refused" });
    const refusedBefore = await refused();
    const path = `${bindings}/multigres-cell-controller`;
    const { metadata, ...binding } = (await cluster.plane.request({ method: "GET", path })) as {
      metadata: { name: string; labels?: Record<string, string> };
    };
    await cluster.plane.request({ method: "DELETE", path });
    try {
      await mayNot("cell-controller", { verb: "watch", group: "multigres.com", resource: "cells" });
      cluster.proxy.drop();
      await cluster.apply(small(namespace, { gateways: 3, pods: 3 }));
      await eventually(async () => {
        expect(await controller.readiness()).toMatch(/cells.multigres.com is forbidden: .*cannot watch/);
      });
      // Metrics begin anew with a process that gave up its Lease; it is refused again and again.
      await eventually(async () => expect(await refused()).toBeGreaterThan(refusedBefore));
      expect(log()).toContainEqual(
        expect.objectContaining({ level: "warn", msg: "the watch begins anew", reason: "refused" }),
      );
    } finally {
      const body = { ...binding, metadata: { name: metadata.name, labels: metadata.labels } };
      await cluster.plane.request({ method: "POST", path: bindings, body });
    }
    await hasBecome(cluster, namespace, { gateways: 3, pods: 3 });
    await cluster.allReady();
    expect(cluster.crashed()).toEqual([]);
    expect(await uids(cluster, namespace)).toMatchObject(before);
  });
});

describe("a token that the server no longer takes", () => {
  const account = "/api/v1/namespaces/multigres-system/serviceaccounts";
  let tokenFile: string;

  /** Tokens name their ServiceAccount by UID: all of them end with it. */
  async function endTokens(): Promise<void> {
    await cluster.plane.request({ method: "DELETE", path: `${account}/cell-controller` });
    const body = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "cell-controller" } };
    await cluster.plane.request({ method: "POST", path: account, body });
  }

  async function writeToken(): Promise<void> {
    await writeFile(tokenFile, await cluster.plane.serviceAccountToken("multigres-system", "cell-controller"));
  }

  beforeAll(async () => {
    tokenFile = join(cluster.plane.directory, "token");
    await cluster.replace(["cell-controller"], { tokenFile });
    await cluster.allReady();
  });
  afterAll(() => rm(tokenFile, { force: true }));

  it("is replaced by the newer one in its file at once, and nobody notices", async () => {
    const namespace = cluster.before;
    const controller = cluster.controller("cell-controller");
    await endTokens();
    await writeToken();
    await cluster.apply(small(namespace, { gateways: 4, pods: 3 }));
    await hasBecome(cluster, namespace, { gateways: 4, pods: 3 });
    await eventually(async () => {
      expect(await controller.metric("multigres_request_retries_total", { why: "Unauthorized" })).toBeGreaterThan(0);
    });
    await cluster.allReady();
    expect(controller.restarts).toBe(0);
    expect(controller.log().filter(({ level }) => level === "error")).toEqual([]);
  });

  it("and has no successor: not ready, in words, until one is written", async () => {
    const namespace = cluster.before;
    const controller = cluster.controller("cell-controller");
    const log = logFromNow(controller);
    await endTokens();
    cluster.proxy.drop();
    await cluster.apply(small(namespace, { gateways: 2, pods: 3 }));
    // The server remembers tokens for 10 s: who comes back earlier notices when it can't renew its Lease, and ends.
    await eventually(async () => expect(await controller.readiness()).toMatch(/Unauthorized/));
    expect(log()).toContainEqual(
      expect.objectContaining({ level: "warn", reason: "refused", error: expect.stringContaining("Unauthorized") }),
    );
    await writeToken();
    await hasBecome(cluster, namespace, { gateways: 2, pods: 3 });
    await cluster.allReady();
    expect(cluster.crashed()).toEqual([]);
  });
});
