import type { Shard, ShardStatus } from "@multigres/api-types";
import { type DesiredObject, kinds, type Plan, replacementOf, resized, workload } from "@multigres/controller-kit";
import { troubleReport } from "@multigres/status-kit";
import { dataPlaneReport } from "./data-plane/report.ts";
import { dataPlaneTasks } from "./data-plane/tasks.ts";
import type { ObservedShard } from "./observe.ts";
import { poolHealth } from "./pool-health.ts";
import { type WantedPool, wantedPools } from "./pools.ts";
import { reachesQuorum } from "./quorum.ts";
import { deletionWhenEmpty, removedPools, scaledTo } from "./removed-pools.ts";
import { repositoryEvents, repositoryOf } from "./repository.ts";
import { shardDisruptionBudget } from "./resources/disruption-budget.ts";
import { hbaConfigMap } from "./resources/hba.ts";
import { poolStatefulSet } from "./resources/pool-statefulset.ts";
import { retention } from "./retention.ts";
import { type BackupBefore, backupBefore, backupEvents } from "./rollout/backup-before.ts";
import { nextStep } from "./rollout/next-step.ts";
import { laggingVolume, volumeReplacement } from "./rollout/replace-volume.ts";
import { poolReplicas } from "./rollout/replicas.ts";
import { stepDeletions, stepEvents, stepTasks } from "./rollout/step-effects.ts";
import { shardView } from "./rollout/view.ts";
import { unusedServices, wantedServices } from "./services.ts";
import { readyInCells, shardStatus } from "./status.ts";

export function reconcile(observed: ObservedShard, { now }: { readonly now: Date }): Plan<ShardStatus> {
  const { shard, pods, reading, switchOvers } = observed;
  const wanted = wantedPools(observed);
  const removed = removedPools(observed);
  const health = wanted.map(poolHealth);
  const ready = readyInCells(wanted, removed);
  const canElect = reachesQuorum(shard.spec.durabilityPolicy, ready);
  const dataPlane = dataPlaneReport(reading.dataPlane, { shard, pods, canElect }, now);

  const { laggards } = dataPlane;
  const view = shardView({ shard, wanted, removed, dataPlane: reading.dataPlane, laggards, switchOvers }, now);
  const step = nextStep(view, now);
  const purpose = observed.backup?.occasion.purpose;
  const lagging = purpose === "replacement" ? laggingVolume(observed.claims, wanted, view, step, now) : undefined;
  const backup: BackupBefore =
    purpose === "growth" || lagging !== undefined ? backupBefore(observed, now) : { state: "go" };
  const replicas = poolReplicas(view, step, backup.state === "wait" ? "later" : "now");
  const replicasOf = (name: string) => replicas.find(({ pool }) => pool === name)?.replicas ?? 0;

  const repository = repositoryOf(shard, observed.claims, now);
  const kept = retention({ shard, claims: observed.claims, wanted, removed, step });
  const podCount = replicas.reduce((sum, pool) => sum + pool.replicas, 0);
  const objects: DesiredObject[] = [
    workload(kinds.PodDisruptionBudget, shardDisruptionBudget(shard, podCount)),
    workload(kinds.ConfigMap, hbaConfigMap(shard)),
    ...(repository?.objects ?? []),
    ...kept.objects,
    ...wanted.flatMap(({ volumes: { target = "", resize } }) => resize.map((claim) => resized(claim, target))),
    // Before the pods, because they register these names.
    ...wanted.flatMap((pool) => wantedServices(observed, pool, replicasOf(pool.name))),
    ...wanted.map((pool) => statefulSet(shard, pool, replicasOf(pool.name))),
    ...removed.map((pool) => scaledTo(pool, replicasOf(pool.name))),
  ];
  const troubles = troubleReport(health, now);
  const isChanging = dataPlane.isChanging || step.do !== "nothing" || health.some(({ progressing }) => progressing);
  return {
    objects,
    deletions: [
      ...stepDeletions(shard, step),
      ...(lagging !== undefined && backup.state === "go" && backup.why === undefined ? volumeReplacement(lagging) : []),
      ...wanted.flatMap(({ live, volumes }) =>
        live && volumes.replaceStatefulSet ? [replacementOf(live, volumes.target)] : [],
      ),
      ...removed.flatMap((pool) => deletionWhenEmpty(shard, pool, replicasOf(pool.name))),
      ...kept.deletions,
      ...unusedServices(observed, objects),
    ],
    events: [
      ...troubles.events,
      ...dataPlane.events,
      ...stepEvents(step),
      ...repositoryEvents(repository),
      ...backupEvents(observed, backup),
    ],
    tasks: [
      ...dataPlaneTasks(reading, isChanging),
      ...stepTasks(observed, step),
      ...(backup.state === "wait" ? backup.tasks : []),
    ],
    status: (failures) =>
      shardStatus(
        { shard, wanted, health, removed, ready, replicas, step, backup, dataPlane, repository, failures },
        now,
      ),
    requeueAfterMs: earliest(
      troubles.lookAgainAfterMs,
      dataPlane.lookAgainAfterMs,
      "lookAgainAfterMs" in step ? step.lookAgainAfterMs : undefined,
      backup.state === "wait" ? backup.lookAgainAfterMs : undefined,
      repository?.lookAgainAfterMs,
    ),
  };
}

function statefulSet(shard: Shard, { pool, template, volumes }: WantedPool, replicas: number): DesiredObject {
  return workload(
    kinds.StatefulSet,
    poolStatefulSet(shard, pool, { template, volumeClaim: volumes.template, replicas }),
  );
}

function earliest(...waits: readonly (number | undefined)[]): number | undefined {
  const given = waits.filter((ms) => ms !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
