import type {
  V1ConfigMap,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodDisruptionBudget,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import type { ObservedShard } from "./observe.ts";
import { reconcile } from "./reconcile.ts";
import {
  aPod,
  aPool,
  aShard,
  allOf,
  crashing,
  nothingOf,
  notReady,
  now,
  planned,
  poolName,
  readWith,
  settled,
  unschedulableSince,
} from "./testing/builders.ts";
import { exampleShard } from "./testing/example.ts";

function planFor(observed: ObservedShard) {
  return reconcile(observed, { now });
}

function firstPlan(shard = aShard()) {
  return planFor(nothingOf(shard));
}

describe("the objects of a Shard", () => {
  test("of the spec's example are these, Services before StatefulSets", () => {
    const { objects } = firstPlan(exampleShard());
    const pools = [
      "example-mul-production-d-replica-us-east-1a-fa8f1651",
      "example-mul-production-d-replica-us-east-1b-",
    ];
    expect(objects.map(({ write, kind, object }) => `${write} ${kind.kind} ${object.metadata?.name}`)).toEqual([
      "apply PodDisruptionBudget example-multigres-cluster-production-db-pods-a3289ab2",
      "apply ConfigMap example-multigres-cluster-production-db-hba-c3c9ad6e",
      "create PersistentVolumeClaim example-multigres-cluster-production-db-repository-06d65b9f",
      `apply Service ${pools[0]}`,
      `apply Service ${pools[0]}-0`,
      `apply Service ${pools[0]}-1`,
      `apply Service ${pools[0]}-2`,
      expect.stringMatching(`^apply Service ${pools[1]}[0-9a-f]{8}$`),
      expect.stringMatching(`^apply Service ${pools[1]}[0-9a-f]{8}-0$`),
      expect.stringMatching(`^apply Service ${pools[1]}[0-9a-f]{8}-1$`),
      expect.stringMatching(`^apply Service ${pools[1]}[0-9a-f]{8}-2$`),
      `apply StatefulSet ${pools[0]}`,
      expect.stringMatching(`^apply StatefulSet ${pools[1]}[0-9a-f]{8}$`),
    ]);
  });

  test("carry the labels that the controller's caches select, its namespace, and the Shard as owner", () => {
    for (const { write, object } of firstPlan().objects) {
      expect(object.metadata).toMatchObject({
        namespace: "t1",
        labels: {
          "app.kubernetes.io/component": "shard-pool",
          "app.kubernetes.io/managed-by": "multigres-operator",
          "multigres.com/cluster": "demo",
          "multigres.com/database": "prod_db",
          "multigres.com/table-group": "default",
          "multigres.com/shard": "0",
        },
      });
      // The repository outlives its Shard, as the pods' volumes do.
      expect(object.metadata?.ownerReferences?.map(({ uid, controller }) => ({ uid, controller }))).toEqual(
        write === "create" ? undefined : [{ uid: "shard-uid", controller: true }],
      );
    }
  });

  test("are the same for pools in whatever state", () => {
    const shard = aShard();
    const rendered = (observed: ObservedShard) =>
      planFor(observed)
        .objects.filter(({ write }) => write === "apply")
        .map(({ object }) => object);
    expect(rendered(allOf(shard))).toEqual(rendered(nothingOf(shard)));
  });

  test("with an orphaned workload are ours by labels and selector", () => {
    for (const { kind, object, isOurs, write } of firstPlan().objects) {
      if (write === "create") continue;
      const orphan = { ...object, metadata: { ...object.metadata, ownerReferences: undefined } };
      const stranger = { ...orphan, metadata: { ...orphan.metadata, labels: { app: "other" } } };
      expect([kind.kind, isOurs?.(orphan), isOurs?.(stranger)]).toEqual([kind.kind, true, false]);
      if (kind.kind === "ConfigMap") continue;
      const otherSelector = { ...orphan, spec: { selector: { matchLabels: { app: "other" } } } };
      expect([kind.kind, isOurs?.(otherSelector)]).toEqual([kind.kind, false]);
    }
  });
});

describe("a pool's StatefulSet", () => {
  const [statefulSet] = planned(firstPlan(), "StatefulSet") as V1StatefulSet[];

  test("replaces no pod by itself and never deletes a volume", () => {
    expect(statefulSet?.spec).toMatchObject({
      replicas: 3,
      serviceName: poolName(aShard(), aPool()),
      podManagementPolicy: "Parallel",
      updateStrategy: { type: "OnDelete" },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
  });

  test("selects its pods by their full identity, which its template and its volumes carry", () => {
    const selector = statefulSet?.spec?.selector.matchLabels ?? {};
    expect(Object.keys(selector)).toHaveLength(9);
    expect(statefulSet?.spec?.template.metadata?.labels).toMatchObject(selector);
    expect(statefulSet?.spec?.volumeClaimTemplates?.[0]).toMatchObject({
      metadata: { name: "data", labels: { ...selector, "app.kubernetes.io/managed-by": "multigres-operator" } },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
    });
  });

  test("grows with its volumes: they are asked first, and it is made again without its pods when all of them were", () => {
    const shard = aShard();
    const grown = aPool({ dataVolumeClaimTemplate: { resources: { requests: { storage: "20Gi" } } } });
    const name = poolName(shard, grown);
    const observed = (requests: readonly string[]): ObservedShard => ({
      ...allOf(shard),
      shard: { ...shard, spec: { ...shard.spec, pools: [grown, aPool({ cell: "z2" })] } },
      claims: requests.map((storage, ordinal) => ({
        metadata: { namespace: "t1", name: `data-${name}-${ordinal}`, uid: `volume-${ordinal}` },
        spec: { resources: { requests: { storage } } },
        status: { phase: "Bound", capacity: { storage: "10Gi" } },
      })),
    });
    const patches = (plan: ReturnType<typeof planFor>) => plan.objects.filter(({ write }) => write === "patch");
    const asking = planFor(observed(["10Gi", "20Gi", "10Gi"]));
    expect(patches(asking).map(({ kind, object }) => [kind.kind, object])).toEqual(
      [0, 2].map((ordinal) => [
        "PersistentVolumeClaim",
        {
          metadata: { namespace: "t1", name: `data-${name}-${ordinal}`, uid: `volume-${ordinal}` },
          spec: { resources: { requests: { storage: "20Gi" } } },
        },
      ]),
    );
    expect(asking.deletions).toEqual([]);
    const asked = planFor(observed(["20Gi", "20Gi", "20Gi"]));
    expect(patches(asked)).toEqual([]);
    expect(asked.deletions).toMatchObject([
      { kind: { kind: "StatefulSet" }, name, uid: `${name}-uid`, propagationPolicy: "Orphan" },
    ]);
    const without = { ...observed(["20Gi", "20Gi", "20Gi"]), statefulSets: [] };
    const [again] = planned(planFor(without), "StatefulSet") as V1StatefulSet[];
    expect(again?.spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests).toEqual({ storage: "20Gi" });
  });

  test("keeps its live volume template, which the server would refuse to change, while all else follows the spec", () => {
    const shard = aShard();
    const grown = aPool({ replicas: 5, dataVolumeClaimTemplate: { resources: { requests: { storage: "20Gi" } } } });
    const plan = planFor({ ...allOf(shard), shard: { ...shard, spec: { ...shard.spec, pools: [grown] } } });
    const [after] = planned(plan, "StatefulSet") as V1StatefulSet[];
    expect(after?.spec?.replicas).toBe(5);
    expect(after?.spec?.volumeClaimTemplates).toEqual(statefulSet?.spec?.volumeClaimTemplates);
  });
});

describe("Services", () => {
  const shard = aShard();
  const services = planned(firstPlan(shard), "Service") as V1Service[];
  const pool = poolName(shard, aPool());

  test("give each pod an address of its own", () => {
    expect(services.find(({ metadata }) => metadata?.name === `${pool}-2`)?.spec).toEqual({
      type: "ClusterIP",
      publishNotReadyAddresses: true,
      selector: { "statefulset.kubernetes.io/pod-name": `${pool}-2` },
      ports: [
        { name: "grpc", port: 15270, protocol: "TCP", targetPort: 15270 },
        { name: "http", port: 15200, protocol: "TCP", targetPort: 15200 },
        { name: "postgres", port: 5432, protocol: "TCP", targetPort: 5432 },
        { name: "pgbackrest", port: 8432, protocol: "TCP", targetPort: 8432 },
      ],
    });
  });

  test("include the headless one that the StatefulSet names", () => {
    const [statefulSet] = planned(firstPlan(shard), "StatefulSet") as V1StatefulSet[];
    expect(services.find(({ metadata }) => metadata?.name === pool)?.spec).toMatchObject({
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: statefulSet?.spec?.selector.matchLabels,
      ports: [
        { name: "grpc", port: 15270 },
        { name: "postgres", port: 5432 },
      ],
    });
  });

  const deletedServices = (observed: ObservedShard) =>
    planFor(observed)
      .deletions.filter(({ kind }) => kind.kind === "Service")
      .map(({ name, uid }) => `${name} ${uid}`);

  function scaledDown(): ObservedShard {
    return { ...allOf(shard), shard: aShard({ pools: [aPool({ replicas: 2 }), aPool({ cell: "z2" })] }) };
  }

  test("of an ordinal that is no longer wanted stay while its pod is there", () => {
    expect(deletedServices(scaledDown())).toEqual([]);
  });

  test("of an ordinal that is no longer wanted go with its pod, by UID", () => {
    const observed = scaledDown();
    const pods = observed.pods.filter(({ metadata }) => metadata?.name !== `${pool}-2`);
    expect(deletedServices({ ...observed, pods })).toEqual([`${pool}-2 ${pool}-2-uid`]);
  });

  test("of a wanted ordinal stay while its pod is away", () => {
    expect(deletedServices({ ...allOf(shard), pods: [] })).toEqual([]);
  });

  test("of somebody else are left alone, whatever labels they carry", () => {
    const [service] = allOf(shard).services;
    const foreign = { ...service, metadata: { ...service?.metadata, name: "mine", ownerReferences: undefined } };
    expect(deletedServices({ ...allOf(shard), services: [foreign], statefulSets: [] })).toEqual([]);
  });
});

describe("a pool that is no longer in the spec", () => {
  const shard = aShard();
  const removed = poolName(shard, aPool({ cell: "z2" }));
  const observed: ObservedShard = { ...allOf(shard), shard: aShard({ pools: [aPool()] }) };

  /** Its StatefulSet when its pods above `replicas` are gone. */
  function shrunk(replicas: number): ObservedShard {
    return {
      ...observed,
      statefulSets: observed.statefulSets.map((live) =>
        live.metadata?.name === removed
          ? settled({ ...live, spec: { ...live.spec, replicas } } as V1StatefulSet)
          : live,
      ),
      pods: observed.pods.filter(
        ({ metadata }) =>
          !metadata?.name?.startsWith(removed) || Number(metadata.name.slice(removed.length + 1)) < replicas,
      ),
    };
  }
  const replicasOf = (plan: ReturnType<typeof planFor>) =>
    planned(plan, "StatefulSet").map((object) => [object.metadata?.name, (object as V1StatefulSet).spec?.replicas]);
  const kept = poolName(shard, aPool());
  const blind = (given: ObservedShard) => ({
    ...given,
    reading: { ...given.reading, dataPlane: readWith(given, `${kept}-0`) },
  });

  test("loses its pods one at a time, while the StatefulSet, Services and volumes stay", () => {
    expect(replicasOf(planFor(blind(observed)))).toEqual([
      [kept, 3],
      [removed, 2],
    ]);
    expect(replicasOf(planFor(blind(shrunk(2))))).toContainEqual([removed, 1]);
    expect(planFor(blind(observed)).deletions).toEqual([]);
  });

  test("keeps its pods while another one is away", () => {
    const pods = observed.pods.filter(({ metadata }) => metadata?.name !== `${kept}-1`);
    expect(replicasOf(planFor(blind({ ...observed, pods })))).toContainEqual([removed, 3]);
  });

  test("loses its StatefulSet when that has no pods any more", () => {
    expect(planFor(shrunk(0)).deletions.map(({ kind, name, uid }) => [kind.kind, name, uid])).toContainEqual([
      "StatefulSet",
      removed,
      `${removed}-uid`,
    ]);
  });

  test("loses its Services when StatefulSet and pods are gone", () => {
    const statefulSets = observed.statefulSets.filter(({ metadata }) => metadata?.name !== removed);
    const pods = observed.pods.filter(({ metadata }) => !metadata?.name?.startsWith(removed));
    const names = planFor({ ...observed, statefulSets, pods }).deletions.map(({ kind, name }) => [kind.kind, name]);
    expect(names).toEqual([
      ["Service", removed],
      ["Service", `${removed}-0`],
      ["Service", `${removed}-1`],
      ["Service", `${removed}-2`],
    ]);
  });

  test("has an Event that says that its volumes stay", () => {
    expect(planFor(shrunk(0)).deletions.flatMap(({ because }) => because ?? [])).toEqual([
      "its pool is no longer in the spec. Its PersistentVolumeClaims stay.",
    ]);
  });

  test("is never deleted when its StatefulSet belongs to another Shard", () => {
    const statefulSets = observed.statefulSets.map((statefulSet) => ({
      ...statefulSet,
      metadata: { ...statefulSet.metadata, ownerReferences: [{ uid: "other", controller: true }] },
    })) as unknown as V1StatefulSet[];
    expect(planFor({ ...observed, statefulSets }).deletions).toEqual([]);
  });
});

describe("what the pools of a shard share", () => {
  test.each([
    [[3, 3], 5],
    [[2], 1],
    [[1], 0],
    [[0, 0], 0],
  ])("is a budget that lets one pod go: replicas %j, minAvailable %i", (replicas, minAvailable) => {
    const pools = replicas.map((count, index) => aPool({ replicas: count, cell: `z${index + 1}` }));
    const budgets = planned(firstPlan(aShard({ pools })), "PodDisruptionBudget") as V1PodDisruptionBudget[];
    expect(budgets.map(({ spec }) => spec?.minAvailable)).toEqual([minAvailable]);
  });

  test("has a budget over all pods of the shard and no others", () => {
    const plan = firstPlan();
    const [budget] = planned(plan, "PodDisruptionBudget") as V1PodDisruptionBudget[];
    const selector = budget?.spec?.selector?.matchLabels ?? {};
    expect(Object.keys(selector)).toHaveLength(7);
    for (const statefulSet of planned(plan, "StatefulSet") as V1StatefulSet[]) {
      expect(statefulSet.spec?.template.metadata?.labels).toMatchObject(selector);
    }
  });

  test("is an HBA template that lets standbys replicate over the network", () => {
    const [configMap] = planned(firstPlan(), "ConfigMap") as V1ConfigMap[];
    expect(configMap?.data).toEqual({
      "pg_hba_template.conf": [
        "local all all scram-sha-256",
        "host all all 127.0.0.1/32 scram-sha-256",
        "host all all ::1/128 scram-sha-256",
        "local replication all scram-sha-256",
        "host replication all 0.0.0.0/0 scram-sha-256",
        "host replication all ::0/0 scram-sha-256",
        "host all all 0.0.0.0/0 scram-sha-256",
        "host all all ::0/0 scram-sha-256",
        "",
      ].join("\n"),
    });
  });

  const claims = (observed: ObservedShard) =>
    planned(planFor(observed), "PersistentVolumeClaim") as V1PersistentVolumeClaim[];

  test("is a repository for all nodes, of 10Gi, of the default class", () => {
    expect(claims(nothingOf(aShard())).map(({ spec }) => spec)).toEqual([
      { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "10Gi" } } },
    ]);
  });

  test("is the repository that the user describes, with defaults for the rest", () => {
    const shard = aShard({ backupRepository: { volumeClaimTemplate: { storageClassName: "nfs" } } });
    expect(claims(nothingOf(shard)).map(({ spec }) => spec)).toEqual([
      { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "10Gi" } }, storageClassName: "nfs" },
    ]);
    const sized = aShard({
      backupRepository: {
        volumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Ti" } } },
      },
    });
    expect(claims(nothingOf(sized)).map(({ spec }) => spec)).toEqual([
      { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Ti" } } },
    ]);
  });

  test("is no repository for S3", () => {
    expect(claims(nothingOf(aShard({ backupRepository: { s3: { bucket: "b" } } })))).toEqual([]);
  });
});

describe("pods in trouble", () => {
  const shard = aShard();
  const [pool = aPool()] = shard.spec.pools;

  /** The first pod of the first pool is in trouble, and its StatefulSet has noticed. */
  function planWith(trouble: Partial<V1Pod>) {
    const observed = allOf(shard);
    const [first, ...others] = observed.statefulSets;
    const noticed = first ? [settled(first, { readyReplicas: 2 })] : [];
    const pods = [aPod(shard, pool, 0, trouble), ...observed.pods.slice(1)];
    return planFor({ ...observed, pods, statefulSets: [...noticed, ...others] });
  }

  test("that can't run are told, naming pod and container", () => {
    expect(planWith(crashing).events).toEqual([
      {
        type: "Warning",
        reason: "CrashLoopBackOff",
        action: "Observe",
        note: `Pod ${poolName(shard, pool)}-0, container postgres: CrashLoopBackOff (back-off 5m0s)`,
      },
    ]);
  });

  test("that merely start aren't told", () => {
    expect(planWith(notReady)).toMatchObject({ events: [], requeueAfterMs: undefined });
    expect(firstPlan().events).toEqual([]);
  });

  test("that wait for their volumes aren't told yet, but looked at again", () => {
    expect(planWith(unschedulableSince(now))).toMatchObject({ events: [], requeueAfterMs: 30_000 });
    const stays = planWith(unschedulableSince(new Date(now.getTime() - 30_000)));
    expect(stays.events.map(({ reason }) => reason)).toEqual(["Unschedulable"]);
    expect(stays.requeueAfterMs).toBeUndefined();
  });
});

test("a Shard at rest deletes nothing and tells nothing", () => {
  const { deletions, events, requeueAfterMs } = planFor(allOf(aShard()));
  expect({ deletions, events, requeueAfterMs }).toEqual({ deletions: [], events: [], requeueAfterMs: undefined });
});
