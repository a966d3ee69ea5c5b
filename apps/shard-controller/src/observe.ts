import type { V1PersistentVolumeClaim, V1Pod, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import {
  type KubernetesObject,
  kinds,
  type ResourceKind,
  type Stores,
  type TaskResults,
} from "@multigres/controller-kit";
import { type Reading, readDataPlane } from "./data-plane/read.ts";
import { type BackupProgress, backupProgress } from "./rollout/fresh-backup.ts";
import { growthOccasion } from "./rollout/occasion.ts";
import type { SwitchOver } from "./rollout/shard-view.ts";
import { endedSwitchOvers } from "./rollout/switch-over-task.ts";
import { byShard, identityKey } from "./watches.ts";

/** What carries the shard's labels, whether or not it is still wanted and whoever controls it; and what Multigres says. */
export interface ObservedShard {
  readonly shard: Shard;
  readonly statefulSets: readonly V1StatefulSet[];
  readonly services: readonly V1Service[];
  readonly pods: readonly V1Pod[];
  readonly claims: readonly V1PersistentVolumeClaim[];
  readonly reading: Reading;
  /** Attempts that ended to switch over from the primary of now. */
  readonly switchOvers: readonly SwitchOver[];
  /** Of the backup before pods are added; undefined: none are to be. */
  readonly backup: BackupProgress | undefined;
}

export function observe(shard: Shard, stores: Stores, results: TaskResults): ObservedShard {
  const value = identityKey(shard);
  const ofShard = <T extends KubernetesObject>(kind: ResourceKind<T>) => stores.of(kind).byIndex(byShard, value);
  const pods = ofShard(kinds.Pod);
  const statefulSets = ofShard(kinds.StatefulSet);
  const reading = readDataPlane(shard, pods, results);
  const { dataPlane } = reading;
  const primary = dataPlane.state === "read" ? dataPlane.primary : undefined;
  const occasion = growthOccasion(shard, statefulSets);
  return {
    shard,
    statefulSets,
    services: ofShard(kinds.Service),
    pods,
    claims: ofShard(kinds.PersistentVolumeClaim),
    reading,
    switchOvers: endedSwitchOvers(shard, primary, results),
    backup: occasion === undefined ? undefined : backupProgress(shard, occasion, results),
  };
}
