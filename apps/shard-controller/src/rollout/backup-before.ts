import type { EventDraft, Task } from "@multigres/controller-kit";
import { reasons } from "@multigres/status-kit";
import type { ObservedShard } from "../observe.ts";
import { freshBackup, freshBackupTasks, needsFreshBackup } from "./fresh-backup.ts";
import type { BackupPurpose } from "./occasion.ts";

/**
 * Whether pods may be added now, or a volume replaced.
 *
 * - `go`: `why` is set when there is no fresh backup. Pods come all the same then, but no volume is replaced.
 * - `wait`: for a backup, or for what tells whether one is needed.
 */
export type BackupBefore =
  | { readonly state: "go"; readonly why?: string }
  | {
      readonly state: "wait";
      readonly message: string;
      readonly lookAgainAfterMs: number;
      readonly tasks: readonly Task[];
    };

/** More than a reading takes; its end is looked at anyway. */
const readingMs = 10_000;

export function backupBefore({ shard, pods, reading, backup }: ObservedShard, now: Date): BackupBefore {
  const { dataPlane } = reading;
  if (backup === undefined || pods.length === 0) return { state: "go" };
  if (dataPlane.state === "unknown" && dataPlane.isPending) {
    return { state: "wait", message: dataPlane.why, lookAgainAfterMs: readingMs, tasks: [] };
  }
  if (backup.occasion.purpose === "growth" && !needsFreshBackup(dataPlane)) return { state: "go" };
  const fresh = freshBackup(backup, now);
  return fresh.state === "wait" ? { ...fresh, tasks: freshBackupTasks(shard, backup) } : fresh;
}

const without: Readonly<Record<BackupPurpose, (why: string) => string>> = {
  growth: (why) =>
    `Pods are added without a fresh backup (${why}): one that doesn't follow is named in FollowersLagging`,
  replacement: (why) => `No volume is replaced, because there is no fresh backup (${why})`,
};

export function backupEvents({ backup }: ObservedShard, before: BackupBefore): EventDraft[] {
  if (backup === undefined || before.state === "wait" || before.why === undefined) return [];
  const note = without[backup.occasion.purpose](before.why);
  return [{ type: "Warning", reason: reasons.noFreshBackup, action: "Backup", note }];
}
