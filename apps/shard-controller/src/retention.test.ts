import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { ResolvedPool, Shard } from "@multigres/api-types";
import { poolLabels } from "@multigres/workload-kit";
import { describe, expect, test } from "vitest";
import type { ObservedShard } from "./observe.ts";
import { dataClaimName } from "./pool-origin.ts";
import { wantedPools } from "./pools.ts";
import { removedPools } from "./removed-pools.ts";
import { poolIdentity } from "./resources/identity.ts";
import { retention } from "./retention.ts";
import type { Step } from "./rollout/step.ts";
import { aPool, aShard, allOf, poolName } from "./testing/builders.ts";

type Policy = Shard["spec"]["persistentVolumeClaimRetentionPolicy"];

const mark = { "multigres.com/scaled-away": "true" };
const [z1, z2] = [aPool(), aPool({ cell: "z2" })];

function aClaim(shard: Shard, pool: ResolvedPool, ordinal: number, metadata: object = {}): V1PersistentVolumeClaim {
  const name = dataClaimName(poolName(shard, pool), ordinal);
  return {
    metadata: {
      namespace: "t1",
      name,
      uid: `${name}-uid`,
      labels: poolLabels(poolIdentity(shard.spec, pool)),
      ...metadata,
    },
  };
}

/** Volumes that are deleted, and those that are marked (+), no longer marked (-), or change hands (owner). */
function fates(observed: ObservedShard, step: Step = { do: "nothing" }): string[] {
  const { shard, claims } = observed;
  const { objects, deletions } = retention({
    shard,
    claims,
    wanted: wantedPools(observed),
    removed: removedPools(observed),
    step,
  });
  return [
    ...objects.map(({ object: { metadata } }) => {
      const marked = metadata?.annotations?.["multigres.com/scaled-away"];
      return `${marked === undefined ? "owner" : marked === null ? "-" : "+"} ${metadata?.name}`;
    }),
    ...deletions.map(({ name, uid }) => `delete ${name} ${uid}`),
  ];
}

/** Pool z1 is there with three pods, and so many are wanted. */
function scaledTo(replicas: number, policy: Policy, pods: number, ...claims: V1PersistentVolumeClaim[]): ObservedShard {
  const live = allOf(aShard({ pools: [aPool({ replicas: pods })] }));
  return {
    ...live,
    shard: aShard({ pools: [aPool({ replicas })], persistentVolumeClaimRetentionPolicy: policy }),
    claims,
  };
}

const removing = (shard: Shard, pool: ResolvedPool, ordinal: number): Step => {
  const name = poolName(shard, pool);
  const pod = { name: `${name}-${ordinal}`, uid: "u", pool: name, cell: pool.cell, ordinal };
  const fine = { ready: true, broken: false, lagging: false, leaving: false, outdated: false };
  return { do: "remove", pod: { ...pod, ...fine }, message: "" };
};

describe("the volume of a replica that is scaled away", () => {
  const shard = aShard();
  const name = dataClaimName(poolName(shard, z1), 2);
  const claim = aClaim(shard, z1, 2);
  const marked = aClaim(shard, z1, 2, { annotations: mark });
  const go: Policy = { whenScaled: "Delete" };

  test.each<[string, ObservedShard, Step | undefined, string[]]>([
    ["stays by default", scaledTo(2, undefined, 3, claim), removing(shard, z1, 2), []],
    [
      "is marked when its pod is removed under whenScaled: Delete",
      scaledTo(2, go, 3, claim),
      removing(shard, z1, 2),
      [`+ ${name}`],
    ],
    ["waits for its pod to be gone", scaledTo(2, go, 3, marked), undefined, []],
    ["goes then", scaledTo(2, go, 2, marked), undefined, [`delete ${name} ${name}-uid`]],
    ["stays when it was kept before, under another policy", scaledTo(2, go, 2, claim), undefined, []],
    ["stays when the policy was changed meanwhile", scaledTo(2, undefined, 2, marked), undefined, [`- ${name}`]],
    ["stays when its replica is wanted again", scaledTo(3, go, 2, marked), undefined, [`- ${name}`]],
    [
      "isn't that of somebody who borrowed its labels",
      scaledTo(2, go, 2, { metadata: { ...marked.metadata, name: "mine-2" } }),
      undefined,
      ["- mine-2"],
    ],
  ])("%s", (_, observed, step, expected) => {
    expect(fates(observed, step)).toEqual(expected);
  });
});

describe("the volume of a removed pool", () => {
  const shard = aShard();
  const name = dataClaimName(poolName(shard, z2), 0);
  const without = (policy: Policy, ...claims: V1PersistentVolumeClaim[]): ObservedShard => ({
    ...allOf(shard),
    shard: aShard({ pools: [z1], persistentVolumeClaimRetentionPolicy: policy }),
    claims,
  });
  const gone = (observed: ObservedShard): ObservedShard => {
    const others = <T extends { metadata?: { name?: string } }>(all: readonly T[]) =>
      all.filter(({ metadata }) => !metadata?.name?.startsWith(poolName(shard, z2)));
    return { ...observed, pods: others(observed.pods), statefulSets: others(observed.statefulSets) };
  };
  const owned = {
    ownerReferences: [
      { apiVersion: "multigres.com/v1alpha1", kind: "MultigresCluster", name: "demo", uid: "cluster-uid" },
    ],
  };
  const go: Policy = { whenDeleted: "Delete" };

  test("stays by default, and when only whenScaled says Delete", () => {
    const claim = aClaim(shard, z2, 0);
    expect(fates(without(undefined, claim), removing(shard, z2, 0))).toEqual([]);
    expect(fates(without({ whenScaled: "Delete" }, claim), removing(shard, z2, 0))).toEqual([]);
  });

  test("goes after its pod under whenDeleted: Delete", () => {
    expect(fates(without(go, aClaim(shard, z2, 0, owned)), removing(shard, z2, 0))).toEqual([`+ ${name}`]);
    const marked = aClaim(shard, z2, 0, { ...owned, annotations: mark });
    expect(fates(without(go, marked))).toEqual([]);
    expect(fates(gone(without(go, marked)))).toEqual([`delete ${name} ${name}-uid`]);
    expect(fates(gone(without(go, aClaim(shard, z2, 0, owned))))).toEqual([]);
  });

  test("goes with its cluster under whenDeleted: Delete, and only then", () => {
    const claim = aClaim(shard, z1, 0);
    expect(fates(without(go, claim))).toEqual([`owner ${claim.metadata?.name}`]);
    expect(fates(without(go, aClaim(shard, z1, 0, owned)))).toEqual([]);
    expect(fates(without(undefined, aClaim(shard, z1, 0, owned)))).toEqual([`owner ${claim.metadata?.name}`]);
  });

  test("isn't taken back from the TableGroup with which it goes", () => {
    const [owner] = owned.ownerReferences;
    const handedOver = {
      ownerReferences: [{ ...owner, kind: "TableGroup", name: "db-default", uid: "tablegroup-uid" }],
    };
    expect(fates(without(go, aClaim(shard, z1, 0, handedOver)))).toEqual([]);
  });
});
