import { create } from "@bufbuild/protobuf";
import {
  type BackupLocationMessage,
  backupLocationSchema,
  filesystemBackupSchema,
  s3BackupSchema,
} from "./messages.ts";

/** Where the backups of a database's shard are. Every shard needs a path or prefix of its own. */
export type BackupLocation =
  | { readonly kind: "filesystem"; readonly path: string }
  | {
      readonly kind: "s3";
      readonly bucket: string;
      readonly region: string;
      /** Empty: AWS. */
      readonly endpoint?: string;
      readonly keyPrefix?: string;
      /** Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else from the pod's identity. */
      readonly useEnvCredentials?: boolean;
    };

export function readBackupLocation({ location }: BackupLocationMessage): BackupLocation | undefined {
  switch (location.case) {
    case "filesystem":
      return { kind: "filesystem", path: location.value.path };
    case "s3": {
      const { bucket, region, endpoint, keyPrefix, useEnvCredentials } = location.value;
      return { kind: "s3", bucket, region, endpoint, keyPrefix, useEnvCredentials };
    }
    case undefined:
      return undefined;
  }
}

/** Over `existing`, if there is one: what Multigres notes beside the location (its generation, encryption) stays. */
export function writeBackupLocation(
  desired: BackupLocation,
  existing: BackupLocationMessage | undefined,
): BackupLocationMessage {
  const message = existing ?? create(backupLocationSchema);
  const { location } = message;
  switch (desired.kind) {
    case "filesystem": {
      const value = location.case === "filesystem" ? location.value : create(filesystemBackupSchema);
      value.path = desired.path;
      message.location = { case: "filesystem", value };
      break;
    }
    case "s3": {
      const value = location.case === "s3" ? location.value : create(s3BackupSchema);
      value.bucket = desired.bucket;
      value.region = desired.region;
      value.endpoint = desired.endpoint ?? "";
      value.keyPrefix = desired.keyPrefix ?? "";
      value.useEnvCredentials = desired.useEnvCredentials ?? false;
      message.location = { case: "s3", value };
      break;
    }
  }
  return message;
}
