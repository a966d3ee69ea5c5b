import type { V1Service, V1StatefulSet } from "@kubernetes/client-node";
import type { Shard, ShardStatus } from "@multigres/api-types";
import {
  controllerOf,
  createdOnce,
  type Deletion,
  type DesiredObject,
  deletionOf,
  type EventDraft,
  type KubernetesObject,
  kinds,
  patched,
  type Plan,
  replacementOf,
  resized,
  surplusOf,
  type Task,
  workload,
} from "@multigres/controller-kit";
import { reasons, troubleReport } from "@multigres/status-kit";
import { laggardsOf } from "./data-plane/pod-roles.ts";
import { dataPlaneReport } from "./data-plane/report.ts";
import { dataPlaneTasks } from "./data-plane/tasks.ts";
import type { ObservedShard } from "./observe.ts";
import { poolHealth } from "./pool-health.ts";
import { removedPools, type WantedPool, wantedPools } from "./pools.ts";
import { reachesQuorum } from "./quorum.ts";
import { shardDisruptionBudget } from "./resources/disruption-budget.ts";
import { hbaConfigMap } from "./resources/hba.ts";
import { headlessService, podNameLabel, podService } from "./resources/pool-services.ts";
import { poolStatefulSet } from "./resources/pool-statefulset.ts";
import { repositoryClaim } from "./resources/repository.ts";
import { freshBackup, freshBackupTasks, needsFreshBackup } from "./rollout/fresh-backup.ts";
import { nextStep } from "./rollout/next-step.ts";
import { poolReplicas } from "./rollout/replicas.ts";
import type { Step } from "./rollout/step.ts";
import { switchOverTasks } from "./rollout/switch-over-task.ts";
import { shardView } from "./rollout/view.ts";
import { readyInCells, shardStatus } from "./status.ts";

export function reconcile(observed: ObservedShard, { now }: { readonly now: Date }): Plan<ShardStatus> {
  const { shard, pods, reading, switchOvers } = observed;
  const wanted = wantedPools(observed);
  const removed = removedPools(observed);
  const health = wanted.map(poolHealth);
  const ready = readyInCells(wanted, removed);
  const canElect = reachesQuorum(shard.spec.durabilityPolicy, ready);
  const dataPlane = dataPlaneReport(reading.dataPlane, { shard, pods, canElect }, now);

  const laggards = laggardsOf(dataPlane.status.podRoles ?? [], now).overdue;
  const view = shardView({ shard, wanted, removed, dataPlane: reading.dataPlane, laggards, switchOvers }, now);
  const step = nextStep(view, now);
  const backup = backupBefore(observed, now);
  const replicas = poolReplicas(view, step, backup.state === "wait" ? "later" : "now");
  const replicasOf = (name: string) => replicas.find(({ pool }) => pool === name)?.replicas ?? 0;

  const claim = repositoryClaim(shard);
  const objects: DesiredObject[] = [
    workload(
      kinds.PodDisruptionBudget,
      shardDisruptionBudget(
        shard,
        replicas.reduce((sum, pool) => sum + pool.replicas, 0),
      ),
    ),
    workload(kinds.ConfigMap, hbaConfigMap(shard)),
    ...(claim ? [createdOnce(kinds.PersistentVolumeClaim, claim)] : []),
    ...wanted.flatMap(({ volumes: { target = "", resize } }) => resize.map((claim) => resized(claim, target))),
    // Before the pods, because they register these names.
    ...wanted.flatMap((pool) =>
      services(shard, pool, replicasOf(pool.name)).map((each) => workload(kinds.Service, each)),
    ),
    ...wanted.map((pool) => workload(kinds.StatefulSet, statefulSet(shard, pool, replicasOf(pool.name)))),
    ...removed.map(({ name, live }) => scaled(live, replicasOf(name))),
  ];
  const gone = removed.filter(({ name, live, pods: left }) => isEmpty(live, left.length) && replicasOf(name) === 0);
  const surplusServices = surplusOf(kinds.Service, controlledBy(shard, observed.services), objects);
  const troubles = troubleReport(health, now);
  const isChanging = dataPlane.isChanging || step.do !== "nothing" || health.some(({ progressing }) => progressing);
  return {
    objects,
    deletions: [
      ...replacement(shard, step),
      ...wanted.flatMap(({ live, volumes }) =>
        live && volumes.replaceStatefulSet ? [replacementOf(live, volumes.target)] : [],
      ),
      ...gone.map(({ live }) =>
        deletionOf(kinds.StatefulSet, live, "its pool is no longer in the spec. Its PersistentVolumeClaims stay."),
      ),
      ...unused(surplusServices, observed).map((service) => deletionOf(kinds.Service, service)),
    ],
    events: [
      ...troubles.events,
      ...dataPlane.events,
      ...stepEvents(step),
      ...(backup.state === "go" ? backup.events : []),
    ],
    tasks: [
      ...dataPlaneTasks(reading, isChanging),
      ...stepTasks(observed, step),
      ...(backup.state === "wait" ? backup.tasks : []),
    ],
    status: (failures) =>
      shardStatus({ shard, wanted, health, removed, ready, replicas, step, backup, dataPlane, failures }, now),
    requeueAfterMs: earliest(
      troubles.lookAgainAfterMs,
      dataPlane.lookAgainAfterMs,
      "lookAgainAfterMs" in step ? step.lookAgainAfterMs : undefined,
      backup.state === "wait" ? backup.lookAgainAfterMs : undefined,
    ),
  };
}

type BackupBefore =
  | { readonly state: "go"; readonly events: readonly EventDraft[] }
  | {
      readonly state: "wait";
      readonly message: string;
      readonly lookAgainAfterMs: number;
      readonly tasks: readonly Task[];
    };

/** Whether pods may be added now. */
function backupBefore({ shard, pods, reading, backup }: ObservedShard, now: Date): BackupBefore {
  const { dataPlane } = reading;
  if (backup === undefined || pods.length === 0) return { state: "go", events: [] };
  if (dataPlane.state === "unknown" && dataPlane.isPending) {
    return { state: "wait", message: dataPlane.why, lookAgainAfterMs: readingMs, tasks: [] };
  }
  if (!needsFreshBackup(dataPlane)) return { state: "go", events: [] };
  const fresh = freshBackup(backup, now);
  if (fresh.state === "wait") return { ...fresh, tasks: freshBackupTasks(shard, backup) };
  if (fresh.why === undefined) return { state: "go", events: [] };
  const note = `Pods are added without a fresh backup (${fresh.why}): one that doesn't follow is named in FollowersLagging`;
  return { state: "go", events: [{ type: "Warning", reason: reasons.noFreshBackup, action: "Backup", note }] };
}

/** More than a reading takes; its end is looked at anyway. */
const readingMs = 10_000;

function stepTasks({ shard, reading: { dataPlane } }: ObservedShard, step: Step): Task[] {
  if (step.do !== "switch-over" || dataPlane.state !== "read" || dataPlane.primary === undefined) return [];
  return switchOverTasks(shard, dataPlane.primary, step.attempts);
}

function stepEvents(step: Step): EventDraft[] {
  switch (step.do) {
    case "switch-over":
      return [{ type: "Normal", reason: reasons.switchingOver, action: "SwitchPrimary", note: step.message }];
    case "remove":
      return [{ type: "Normal", reason: reasons.removing, action: "Scale", note: step.message }];
    case "nothing":
    case "wait":
    // Its deletion makes an Event.
    case "replace":
      return [];
    default:
      return step satisfies never;
  }
}

function replacement({ metadata: { namespace } }: Shard, step: Step): Deletion[] {
  if (step.do !== "replace") return [];
  const { name, uid } = step.pod;
  const because = "it was made from an older spec, its StatefulSet makes it again from the newest. Its volume stays.";
  return [deletionOf(kinds.Pod, { metadata: { namespace, name, uid } }, because)];
}

/** Also of surplus ordinals, as long as their pods may be there. */
function services(shard: Shard, { pool }: WantedPool, replicas: number): V1Service[] {
  const ordinals = Math.max(pool.replicas, replicas);
  return [
    headlessService(shard, pool),
    ...Array.from({ length: ordinals }, (_, ordinal) => podService(shard, pool, ordinal)),
  ];
}

function statefulSet(shard: Shard, { pool, template, volumes }: WantedPool, replicas: number): V1StatefulSet {
  return poolStatefulSet(shard, pool, { template, volumeClaim: volumes.template, replicas });
}

/** Nothing of a removed pool's StatefulSet is known any more but that it becomes smaller. */
function scaled({ metadata }: V1StatefulSet, replicas: number): DesiredObject {
  const { namespace, name, uid } = metadata ?? {};
  return patched(kinds.StatefulSet, { metadata: { namespace, name, uid }, spec: { replicas } } as KubernetesObject);
}

function isEmpty({ spec, status }: V1StatefulSet, pods: number): boolean {
  return pods === 0 && spec?.replicas === 0 && (status?.replicas ?? 0) === 0;
}

function earliest(...waits: readonly (number | undefined)[]): number | undefined {
  const given = waits.filter((ms) => ms !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

/** What carries the shard's labels may be somebody else's. */
function controlledBy<T extends KubernetesObject>(shard: Shard, live: readonly T[]): T[] {
  return live.filter((object) => controllerOf(object)?.uid === shard.metadata.uid);
}

/** A pod keeps its address, and a StatefulSet its headless Service, until it is gone. */
function unused(surplus: readonly V1Service[], { pods, statefulSets }: ObservedShard): V1Service[] {
  const podNames = new Set(pods.map(({ metadata }) => metadata?.name));
  const statefulSetNames = new Set(statefulSets.map(({ metadata }) => metadata?.name));
  return surplus.filter(({ metadata, spec }) => {
    const podName = spec?.selector?.[podNameLabel];
    return podName === undefined ? !statefulSetNames.has(metadata?.name) : !podNames.has(podName);
  });
}
