import { setTimeout as sleep } from "node:timers/promises";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { etcdImage, small } from "../fixtures/small.ts";
import { brokenWatches } from "../support/controllers.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultyCluster, startFaultyCluster } from "../support/faulty-cluster.ts";
import { hasBecome, uids } from "../support/inventory.ts";

let cluster: FaultyCluster;

beforeAll(async () => {
  // Node sends no PING once a GOAWAY has come, and here the server shall send none.
  cluster = await startFaultyCluster({ plane: { goawayChance: 0 } });
});
afterAll(() => cluster?.stop());

describe("connections to the API server", () => {
  it("that are cut again and again while a cluster is made cost neither objects nor a process", async () => {
    const made = await cluster.namespace("cut");
    await cluster.apply(small(made));
    for (let cut = 0; cut < 8; cut++) {
      cluster.proxy.drop();
      await sleep(250);
    }
    await cluster.cameOutWhole(made);
    expect(cluster.crashed()).toEqual([]);
    for (const controller of cluster.controllers) {
      // Metrics begin anew with a process that gave up its Lease, as on a machine that is too slow to renew it between two cuts.
      if (controller.restarts === 0) {
        expect(await controller.metric("multigres_watch_restarts_total", { reason: "network" })).toBeGreaterThan(0);
      }
      expect(controller.log()).toContainEqual(
        expect.objectContaining({ level: "warn", msg: "the watch begins anew", reason: "network" }),
      );
    }
  });

  it("that are cut in the middle of a line lose nothing that the line told", async () => {
    const namespace = cluster.before;
    const cuts = () =>
      brokenWatches([cluster.controller("cluster-controller")]).filter(({ kind }) => kind === "MultigresCluster")
        .length;
    const before = cuts();
    // Far longer than the 16 KiB that go through TLS at a time, so that a part of the line does arrive.
    const annotations = { "example.com/notes": "x".repeat(120_000) };
    cluster.proxy.cutAfter(60_000);
    await cluster.apply(small(namespace, { gateways: 2, annotations }));
    await hasBecome(cluster, namespace, { gateways: 2 });
    expect(cuts()).toBeGreaterThan(before);
    // Those that have carried less so far would be cut in a later test.
    cluster.proxy.cutAfter(Number.POSITIVE_INFINITY);
    await cluster.apply(small(namespace));
    await hasBecome(cluster, namespace, {});
    await cluster.allReady();
  });

  it("that are slow delay, and do nothing else", async () => {
    const failed = await cluster.metric("controller_runtime_reconcile_errors_total");
    const made = await cluster.namespace("slow");
    cluster.proxy.delay(400);
    try {
      await cluster.apply(small(made));
      await cluster.cameOutWhole(made);
    } finally {
      cluster.proxy.delay(0);
    }
    expect(cluster.crashed()).toEqual([]);
    expect(await cluster.metric("controller_runtime_reconcile_errors_total")).toBe(failed);
  });

  it("that can't be had for less than a lease: not ready meanwhile, then an edit of that time is applied", async () => {
    const namespace = cluster.before;
    const before = await uids(cluster, namespace);
    const wishes = { gateways: 2, pods: 3, etcd: "quay.io/coreos/etcd:v3.5.18" };
    cluster.proxy.refuse();
    try {
      await cluster.apply(small(namespace, wishes));
      await eventually(async () => {
        for (const controller of cluster.controllers)
          expect(await controller.readiness()).toMatch(/no answer: .*ECONNRESET/);
      });
    } finally {
      cluster.proxy.accept();
    }
    await hasBecome(cluster, namespace, wishes);
    await cluster.allReady();
    expect(await uids(cluster, namespace)).toMatchObject(before);
    expect(cluster.crashed()).toEqual([]);
  });

  it("that are open and carry nothing end each leader, in words, and what starts in its place goes on once it can", async () => {
    const namespace = cluster.before;
    const ended = () => cluster.controllers.map(({ restarts }) => restarts);
    const before = ended();
    const wishes = { gateways: 1, pods: 2, etcd: etcdImage };
    cluster.proxy.freeze({ newOnes: true });
    await cluster.apply(small(namespace, wishes));
    try {
      await eventually(() => {
        for (const [index, count] of ended().entries()) expect(count).toBeGreaterThan(before[index] ?? 0);
      });
      for (const controller of cluster.controllers) {
        expect(controller.log()).toContainEqual(
          expect.objectContaining({ level: "error", msg: "lease lost", reason: "it could not be renewed in time" }),
        );
      }
    } finally {
      cluster.proxy.thaw();
    }
    await hasBecome(cluster, namespace, wishes);
    await cluster.allReady();
    expect(cluster.crashed()).toEqual([]);
  });
});

it("a hung connection is found out by its silence, without an election that would end the process", async () => {
  const namespace = cluster.before;
  await cluster.replace(["cluster-controller"], { env: { LEADER_ELECTION: "false" } });
  await cluster.allReady();
  const alone = cluster.controller("cluster-controller");
  cluster.proxy.freeze();
  await cluster.apply(small(namespace, { gateways: 3 }));
  await eventually(async () => {
    const given = await alone.metric("multigres_connections_replaced_total", { reason: "no answer to ping" });
    expect(given).toBeGreaterThan(0);
  });
  await hasBecome(cluster, namespace, { gateways: 3 });
  expect(alone.restarts).toBe(0);
  expect((await cluster.api.list(kinds.Cell, { namespace })).items).toHaveLength(1);
});
