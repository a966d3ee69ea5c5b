import { type BackupLocation, readBackupLocation, writeBackupLocation } from "./backup-location.ts";
import { recordCodec } from "./codec.ts";
import { type DurabilityPolicyRecord, readDurabilityPolicy, writeDurabilityPolicy } from "./durability-policy.ts";
import { databaseSchema } from "./messages.ts";

/** Multigres' `Database`. Kept in the global topology; without it no pooler of the database starts to serve. */
export interface DatabaseRecord {
  readonly name: string;
  /** Undefined only in records of others. */
  readonly backupLocation: BackupLocation | undefined;
  /** Names of the cells that have pools of it. */
  readonly cells: readonly string[];
  /** Read when a shard is initialised; later edits don't change a live shard. Undefined only in records of others. */
  readonly durabilityPolicy: DurabilityPolicyRecord | undefined;
}

export const databaseCodec = recordCodec<typeof databaseSchema, DatabaseRecord>({
  schema: databaseSchema,
  read: ({ name, backupLocation, cells, bootstrapDurabilityPolicy: policy }) => ({
    name,
    backupLocation: backupLocation && readBackupLocation(backupLocation),
    cells,
    durabilityPolicy: policy && readDurabilityPolicy(policy),
  }),
  write: (message, desired) => {
    message.name = desired.name;
    message.cells = [...desired.cells];
    if (desired.backupLocation !== undefined) {
      message.backupLocation = writeBackupLocation(desired.backupLocation, message.backupLocation);
    }
    if (desired.durabilityPolicy !== undefined) {
      message.bootstrapDurabilityPolicy = writeDurabilityPolicy(
        desired.durabilityPolicy,
        message.bootstrapDurabilityPolicy,
      );
    }
  },
});
