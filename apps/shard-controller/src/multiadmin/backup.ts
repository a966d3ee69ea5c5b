import type { TaskKind } from "@multigres/controller-kit";
import { z } from "zod";
import { callMultiadmin, type MultiadminSettings } from "./client.ts";
import { MultiadminRefusedError } from "./errors.ts";
import { enumName, text } from "./shapes.ts";
import type { ShardInput } from "./shard.ts";

export interface StartBackupInput extends ShardInput {
  readonly type: "full" | "differential" | "incremental";
  /** Makes it another backup than the last one that was asked for. */
  readonly occasion: string;
}

/** Has the primary make a backup: replicas can only with certificates between the poolers. Asked twice, it makes two. */
export const startBackup: TaskKind<StartBackupInput, { readonly jobId: string }, MultiadminSettings> = {
  name: "start-backup",
  async perform({ address, database, tableGroup, shard, type }, context) {
    const body = { database, tableGroup, shard, type, forcePrimary: true };
    return callMultiadmin(
      { address, path: "/api/v1/backups", body, answer: z.object({ jobId: z.string().min(1) }) },
      context,
    );
  },
};

export interface BackupJobInput extends ShardInput {
  readonly jobId: string;
}

/** `lost`: nobody knows the job (any more). */
export interface BackupJob {
  readonly state: "running" | "completed" | "failed" | "lost";
  /** Why it failed. */
  readonly message?: string;
}

const job = z.object({ status: enumName, errorMessage: text });

/** How a backup goes. Jobs live in multiadmin's memory; with the shard named it also looks among the backups. */
export const backupJob: TaskKind<BackupJobInput, BackupJob, MultiadminSettings> = {
  name: "backup-job",
  readsOnly: true,
  async perform({ address, jobId, database, tableGroup, shard }, context): Promise<BackupJob> {
    const query = new URLSearchParams({ database, tableGroup, shard });
    const path = `/api/v1/jobs/${encodeURIComponent(jobId)}?${query.toString()}`;
    try {
      const { status, errorMessage } = await callMultiadmin({ address, path, answer: job }, context);
      switch (status) {
        case "JOB_STATUS_COMPLETED":
          return { state: "completed" };
        case "JOB_STATUS_FAILED":
          return { state: "failed", message: errorMessage };
        default:
          return { state: "running" };
      }
    } catch (error) {
      if (error instanceof MultiadminRefusedError && error.status === 404) return { state: "lost" };
      throw error;
    }
  },
};
