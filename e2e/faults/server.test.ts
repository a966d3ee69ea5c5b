import { setTimeout as sleep } from "node:timers/promises";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { etcdImage, small } from "../fixtures/small.ts";
import { brokenWatches, controllerNames } from "../support/controllers.ts";
import { compact } from "../support/etcd.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultyCluster, startFaultyCluster } from "../support/faulty-cluster.ts";
import { leaveNoRoom } from "../support/flow-control.ts";
import { askedForTwice, createdTwice, creations, hasBecome, uids } from "../support/inventory.ts";
import { childKinds, objects } from "../support/objects.ts";
import { type ControllerRequest, controllerRequests } from "../support/requests.ts";

let cluster: FaultyCluster;

beforeAll(async () => {
  cluster = await startFaultyCluster();
});
afterAll(() => cluster?.stop());

const server = () => cluster.plane.component("kube-apiserver");
const otherEtcd = "quay.io/coreos/etcd:v3.5.18";

/** Requests that were repeated within the second that the server asked to wait. */
function tooSoon(of: FaultyCluster, refused: readonly ControllerRequest[]): string[] {
  // A POST's address is that of the collection: two of them may well be two objects.
  const repeatable = controllerRequests(of).filter(({ verb }) => verb !== "create");
  return refused.flatMap(({ credential, verb, uri, receivedAt }) =>
    repeatable
      .filter((other) => other.credential === credential && other.verb === verb && other.uri === uri)
      .map((other) => other.receivedAt.getTime() - receivedAt.getTime())
      .filter((pause) => pause > 0 && pause < 950)
      .map((pause) => `${verb} ${uri} again after ${pause} ms`),
  );
}

describe("the API server", () => {
  it("away for five minutes: every controller says so, and an edit right after its return is applied", async () => {
    const namespace = cluster.before;
    const before = await uids(cluster, namespace);
    await server().kill();
    await sleep(300_000);
    await eventually(async () => {
      for (const controller of cluster.controllers) expect(await controller.readiness()).toMatch(/no answer/);
    });
    await cluster.bringServerBack();
    const wishes = { gateways: 2, pods: 3, etcd: otherEtcd };
    await cluster.apply(small(namespace, wishes));
    await hasBecome(cluster, namespace, wishes);
    await cluster.allReady();
    expect(cluster.crashed()).toEqual([]);
    expect(await uids(cluster, namespace)).toMatchObject(before);
    for (const { log, name } of cluster.controllers) {
      expect(log(), name).toContainEqual(expect.objectContaining({ level: "warn", msg: "the watch begins anew" }));
      expect(log(), name).toContainEqual(
        expect.objectContaining({ level: "warn", msg: expect.stringMatching(/^leader election: the API server/) }),
      );
    }
  });

  it("killed and started again while a cluster is made: every object once", async () => {
    // A process that loses its Lease starts anew, and whatever was to be tried again is new to it.
    await cluster.replace(controllerNames, { env: { LEADER_ELECTION: "false" } });
    await cluster.allReady();
    const made = await cluster.namespace("restarted");
    await cluster.apply(small(made));
    // In the middle of the work: requests must fail.
    await eventually(() => expect(creations(cluster, made)).not.toEqual([]));
    await server().restart();
    await sleep(500);
    await server().kill();
    await cluster.bringServerBack();
    await cluster.cameOutWhole(made);
    expect(cluster.crashed()).toEqual([]);
    await cluster.replace(controllerNames);
    await cluster.allReady();
  });

  it("that holds still while a cluster is made: requests wait, and none is made twice", async () => {
    const made = await cluster.namespace("paused");
    const restarts = () => cluster.controllers.map((controller) => controller.restarts);
    const before = restarts();
    await cluster.apply(small(made));
    // In the middle of the work.
    await eventually(() => expect(creations(cluster, made)).not.toEqual([]));
    server().pause();
    try {
      await sleep(4_000);
    } finally {
      server().resume();
    }
    await cluster.cameOutWhole(made);
    expect(cluster.crashed()).toEqual([]);
    // Who gives up waiting asks again, and is told that the object exists. So is a process that gave up its Lease, rightly.
    if (restarts().join() === before.join()) expect(askedForTwice(cluster, made)).toEqual([]);
  });

  it("that sends its clients elsewhere (GOAWAY) makes nobody fail and no watch break", async () => {
    const namespace = cluster.before;
    const failed = await cluster.metric("controller_runtime_reconcile_errors_total");
    const broken = brokenWatches(cluster.controllers);
    const connections = cluster.proxy.connections;
    // Every controller of a TopoServer, TableGroup and Shard has to write, and no pod has to go.
    const wanted = small(namespace, { pods: 3, etcd: otherEtcd, gateways: 2 });
    for (let edit = 0; edit < 2_000 && cluster.proxy.connections < connections + 4; edit++) {
      wanted.spec.persistentVolumeClaimRetentionPolicy = { whenScaled: edit % 2 === 0 ? "Delete" : "Retain" };
      await cluster.apply(wanted);
    }
    expect(cluster.proxy.connections, "GOAWAYs came").toBeGreaterThanOrEqual(connections + 4);
    await hasBecome(cluster, namespace, { pods: 3, etcd: otherEtcd, gateways: 2 });
    expect(await cluster.metric("controller_runtime_reconcile_errors_total")).toBe(failed);
    expect(brokenWatches(cluster.controllers)).toEqual(broken);
    expect(createdTwice(cluster, namespace)).toEqual([]);
    expect(cluster.crashed()).toEqual([]);
  });

  it("that has too much to do (429 with Retry-After) is asked again only after the time that it named", async () => {
    // One request at a time still has room: only where many are made at once, some are refused.
    const namespaces = await Promise.all(
      ["full-a", "full-b", "full-c", "full-d"].map((name) => cluster.namespace(name)),
    );
    await Promise.all(namespaces.map((namespace) => cluster.apply(small(namespace))));
    for (const namespace of namespaces) await hasBecome(cluster, namespace, {});
    // Of a POST nobody can tell whether it is the same object's: only these show how long was waited.
    const refused = () => controllerRequests(cluster).filter(({ code, verb }) => code === 429 && verb !== "create");
    const wishes = { gateways: 2, pods: 2, etcd: otherEtcd };
    const noRoom = await leaveNoRoom(cluster.plane);
    try {
      for (let edit = 0; edit < 100 && refused().length < 5; edit++) {
        const wanted = edit % 2 === 0 ? wishes : {};
        await Promise.all(namespaces.map((namespace) => cluster.apply(small(namespace, wanted))));
        await sleep(1_000);
      }
    } finally {
      await noRoom.end();
    }
    expect(refused().length, "requests that can be told from others were refused").toBeGreaterThanOrEqual(5);
    await Promise.all(namespaces.map((namespace) => cluster.apply(small(namespace, wishes))));
    for (const namespace of namespaces) await hasBecome(cluster, namespace, wishes);
    expect(tooSoon(cluster, refused())).toEqual([]);
    expect(cluster.crashed()).toEqual([]);
    for (const namespace of namespaces) await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "small" });
  });

  it("case 69: that was away and has forgotten the past (410 after a compaction): everything is listed anew, what went meanwhile included", async () => {
    // Whoever is cut off for as long as this takes would lose its Lease, start anew and need no old version.
    await cluster.replace(controllerNames, { env: { LEADER_ELECTION: "false" } });
    await cluster.allReady();
    const namespace = cluster.before;
    const gone = await cluster.namespace("gone");
    await cluster.apply(small(gone));
    await hasBecome(cluster, gone, {});
    const wishes = { gateways: 1, pods: 2, etcd: etcdImage };

    cluster.proxy.refuse();
    await cluster.apply(small(namespace, wishes));
    await cluster.api.delete(kinds.MultigresCluster, { namespace: gone, name: "small" });
    await eventually(async () => {
      expect(await objects(cluster, gone, [...childKinds, kinds.Deployment])).toEqual([]);
    });
    await compact(cluster.plane);
    await server().kill();
    await cluster.bringServerBack();
    cluster.proxy.accept();

    await hasBecome(cluster, namespace, wishes);
    await cluster.allReady();
    for (const controller of cluster.controllers) {
      expect(
        await controller.metric("multigres_watch_restarts_total", { reason: "expired" }),
        controller.name,
      ).toBeGreaterThan(0);
      expect(controller.log()).toContainEqual(
        expect.objectContaining({ level: "warn", msg: "the watch begins anew", reason: "expired" }),
      );
      expect(controller.restarts).toBe(0);
    }
    // Nothing of the deleted cluster is left in the caches. Clusters of other tests may still be going.
    await eventually(async () => {
      const { items } = await cluster.api.list(kinds.Cell);
      const cached = cluster.controller("cluster-controller").metric("multigres_cached_objects", { kind: "Cell" });
      expect(await cached).toBe(items.length);
    });
  });
});
