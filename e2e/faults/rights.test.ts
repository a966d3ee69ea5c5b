import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultyCluster, startFaultyCluster } from "../support/faulty-cluster.ts";
import { hasBecome, uids } from "../support/inventory.ts";
import { condition } from "../support/observing.ts";

let cluster: FaultyCluster;

beforeAll(async () => {
  cluster = await startFaultyCluster();
});
afterAll(() => cluster?.stop());

const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

interface Role {
  metadata: Record<string, unknown>;
  rules: { resources: string[]; verbs: string[] }[];
}

describe("rights that are taken away", () => {
  it("on one kind: status and Event say which, up to the root, and all else goes on until they are back", async () => {
    const namespace = cluster.before;
    const path = `${roles}/multigres-cell-controller`;
    const role = (await cluster.plane.request({ method: "GET", path })) as Role;
    const crippled = structuredClone(role);
    for (const rule of crippled.rules)
      if (rule.resources.includes("deployments")) rule.verbs = ["get", "list", "watch"];
    await cluster.plane.request({ method: "PUT", path, body: crippled });
    try {
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
      expect(cluster.controller("cell-controller").log()).toContainEqual(
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
    const path = `${bindings}/multigres-cell-controller`;
    const { metadata, ...binding } = (await cluster.plane.request({ method: "GET", path })) as {
      metadata: { name: string; labels?: Record<string, string> };
    };
    await cluster.plane.request({ method: "DELETE", path });
    try {
      cluster.proxy.drop();
      await cluster.apply(small(namespace, { gateways: 3, pods: 3 }));
      await eventually(async () => {
        expect(await controller.readiness()).toMatch(/cells.multigres.com is forbidden: .*cannot watch/);
      });
      expect(
        await controller.metric("multigres_watch_restarts_total", { kind: "Cell", reason: "refused" }),
      ).toBeGreaterThan(0);
      expect(controller.log()).toContainEqual(
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
    await endTokens();
    cluster.proxy.drop();
    await cluster.apply(small(namespace, { gateways: 2, pods: 3 }));
    await eventually(async () => expect(await controller.readiness()).toMatch(/Unauthorized/));
    expect(controller.log()).toContainEqual(
      expect.objectContaining({ level: "warn", reason: "refused", error: expect.stringContaining("Unauthorized") }),
    );
    await writeToken();
    await hasBecome(cluster, namespace, { gateways: 2, pods: 3 });
    await cluster.allReady();
    expect(cluster.crashed()).toEqual([]);
  });
});
