import type { Shard } from "@multigres/api-types";
import { type Task, type TaskKind, type TaskResult, type TaskResults, task } from "@multigres/controller-kit";
import { timeLeft } from "@multigres/status-kit";
import type { DataPlane } from "../data-plane/data-plane.ts";
import {
  type BackupJob,
  type BackupJobInput,
  backupJob,
  startBackup,
  type StartBackupInput,
} from "../multiadmin/backup.ts";
import type { MultiadminSettings } from "../multiadmin/client.ts";
import { shardInput } from "../multiadmin/shard.ts";
import type { BackupOccasion } from "./occasion.ts";

/**
 * A backup that is made before pods are added: a new pod is restored from the last one, and after two failovers within one
 * WAL segment it could never follow from an older one.
 *
 * - `go`: it is made, or isn't needed, or can't be had: new pods may come.
 * - `wait`: it is under way.
 */
export type FreshBackup =
  | { readonly state: "go"; readonly why?: string }
  | { readonly state: "wait"; readonly message: string; readonly lookAgainAfterMs: number };

/** Whether a restore from an old backup may lead nowhere: there were failovers, or pods that don't follow already. */
export function needsFreshBackup(dataPlane: DataPlane): boolean {
  if (dataPlane.state === "unknown" || dataPlane.primary?.ready !== true) return false;
  const term = dataPlane.primary.rule?.coordinatorTerm ?? "1";
  return BigInt(term) > 1n || dataPlane.lagging.length > 0;
}

const limits = {
  /** A large database takes longer; then pods come all the same, and are named if they don't follow. */
  backupMs: 10 * 60_000,
  jobEveryMs: 2_000,
} as const;

interface Started {
  readonly jobId: string;
  readonly at: string;
}

const startFreshBackup: TaskKind<StartBackupInput, Started, MultiadminSettings> = {
  name: "start-fresh-backup",
  async perform(input, context) {
    const { jobId } = await startBackup.perform(input, context);
    return { jobId, at: new Date().toISOString() };
  },
};

/** How far the backup of an occasion has got. */
export interface BackupProgress {
  readonly occasion: BackupOccasion;
  readonly started?: TaskResult<Started>;
  readonly job?: TaskResult<BackupJob>;
}

export function backupProgress(shard: Shard, occasion: BackupOccasion, results: TaskResults): BackupProgress {
  const started = results.of(startFreshBackup, startInput(shard, occasion));
  if (started === undefined) return { occasion };
  const job = started.state === "done" ? results.of(backupJob, jobInput(shard, started.output)) : undefined;
  return { occasion, started, ...(job && { job }) };
}

export function freshBackup({ started, job }: BackupProgress, now: Date): FreshBackup {
  const wait = (message: string, lookAgainAfterMs: number = limits.backupMs) =>
    ({ state: "wait", message, lookAgainAfterMs }) as const;
  if (started === undefined) return wait("A fresh backup is asked for, which new pods are restored from");
  if (started.state === "failed") return { state: "go", why: started.message };
  const left = timeLeft(started.output.at, limits.backupMs, now);
  if (left <= 0) return { state: "go", why: "it takes too long" };
  if (job === undefined || job.state === "failed" || job.output.state === "running") {
    return wait("A fresh backup is being made, which new pods are restored from", left);
  }
  if (job.output.state === "completed") return { state: "go" };
  return { state: "go", why: job.output.message ?? "nobody knows what became of it" };
}

export function freshBackupTasks(shard: Shard, { occasion, started }: BackupProgress): Task[] {
  return [
    task(startFreshBackup, startInput(shard, occasion)),
    ...(started?.state === "done" ? [task(backupJob, jobInput(shard, started.output), limits.jobEveryMs)] : []),
  ];
}

function startInput(shard: Shard, { text }: BackupOccasion): StartBackupInput {
  return { ...shardInput(shard), type: "full", occasion: text };
}

function jobInput(shard: Shard, { jobId }: Started): BackupJobInput {
  return { ...shardInput(shard), jobId };
}
