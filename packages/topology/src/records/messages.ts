import { create, createFileRegistry, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";

/**
 * The messages of package `clustermetadata`, with the fields that the operator reads or writes. All others are unknown
 * fields, which the library keeps when it writes a message again: Multigres' own fields (the repository's generation, a
 * policy's version) and those of newer versions. Enums are declared as int32, which has the same bytes.
 */

type Field = { name: string; number: number; type: Type; label: Label; typeName?: string; oneofIndex?: number };

const scalar = (number: number, name: string, type: Type): Field => ({ name, number, type, label: Label.OPTIONAL });
const string = (number: number, name: string) => scalar(number, name, Type.STRING);
const enumeration = (number: number, name: string) => scalar(number, name, Type.INT32);
const int32 = (number: number, name: string) => scalar(number, name, Type.INT32);
const bool = (number: number, name: string) => scalar(number, name, Type.BOOL);
const strings = (number: number, name: string): Field => ({ ...string(number, name), label: Label.REPEATED });
const message = (number: number, name: string, typeName: string): Field => ({
  ...scalar(number, name, Type.MESSAGE),
  typeName: `.clustermetadata.${typeName}`,
});
const choice = (field: Field): Field => ({ ...field, oneofIndex: 0 });

const fields = {
  Cell: [string(1, "name"), strings(2, "server_addresses"), string(3, "root")],
  Database: [
    string(1, "name"),
    message(2, "backup_location", "BackupLocation"),
    strings(3, "cells"),
    message(4, "bootstrap_durability_policy", "DurabilityPolicy"),
  ],
  BackupLocation: [choice(message(1, "filesystem", "FilesystemBackup")), choice(message(2, "s3", "S3Backup"))],
  FilesystemBackup: [string(1, "path")],
  S3Backup: [
    string(1, "bucket"),
    string(2, "region"),
    string(3, "endpoint"),
    string(4, "key_prefix"),
    bool(5, "use_env_credentials"),
  ],
  DurabilityPolicy: [
    string(1, "policy_name"),
    enumeration(3, "quorum_type"),
    int32(4, "required_count"),
    string(5, "description"),
  ],
  ID: [enumeration(1, "component"), string(2, "cell"), string(3, "name")],
  ShardKey: [string(1, "database"), string(2, "table_group"), string(3, "shard")],
  PoolerLifecycle: [enumeration(1, "status"), string(2, "reason")],
  RoutingState: [enumeration(1, "role")],
  Multipooler: [
    message(1, "id", "ID"),
    message(2, "shard_key", "ShardKey"),
    enumeration(7, "serving_status"),
    string(8, "hostname"),
    message(12, "lifecycle_status", "PoolerLifecycle"),
    message(13, "routing_state", "RoutingState"),
  ],
  // What Multipooler, Multigateway and Multiorch have in common.
  Component: [message(1, "id", "ID")],
} satisfies Record<string, Field[]>;

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "clustermetadata.proto",
    package: "clustermetadata",
    syntax: "proto3",
    messageType: Object.entries(fields).map(([name, field]) => ({
      name,
      field,
      oneofDecl: name === "BackupLocation" ? [{ name: "location" }] : [],
    })),
  }),
  () => undefined,
);

function schema<T extends Message>(typeName: T["$typeName"]): GenMessage<T> {
  const found = registry.getMessage(typeName);
  if (found === undefined) throw new Error(`no message ${typeName}`);
  return found as unknown as GenMessage<T>;
}

type Define<Name extends string, Fields> = Message<`clustermetadata.${Name}`> & Fields;

export type CellMessage = Define<"Cell", { name: string; serverAddresses: string[]; root: string }>;
export const cellSchema = schema<CellMessage>("clustermetadata.Cell");

export type FilesystemBackupMessage = Define<"FilesystemBackup", { path: string }>;
export const filesystemBackupSchema = schema<FilesystemBackupMessage>("clustermetadata.FilesystemBackup");

export type S3BackupMessage = Define<
  "S3Backup",
  { bucket: string; region: string; endpoint: string; keyPrefix: string; useEnvCredentials: boolean }
>;
export const s3BackupSchema = schema<S3BackupMessage>("clustermetadata.S3Backup");

export type BackupLocationMessage = Define<
  "BackupLocation",
  {
    location:
      | { case: "filesystem"; value: FilesystemBackupMessage }
      | { case: "s3"; value: S3BackupMessage }
      | { case: undefined; value?: undefined };
  }
>;
export const backupLocationSchema = schema<BackupLocationMessage>("clustermetadata.BackupLocation");

export type DurabilityPolicyMessage = Define<
  "DurabilityPolicy",
  { policyName: string; quorumType: number; requiredCount: number; description: string }
>;
export const durabilityPolicySchema = schema<DurabilityPolicyMessage>("clustermetadata.DurabilityPolicy");

export type DatabaseMessage = Define<
  "Database",
  {
    name: string;
    backupLocation?: BackupLocationMessage;
    cells: string[];
    bootstrapDurabilityPolicy?: DurabilityPolicyMessage;
  }
>;
export const databaseSchema = schema<DatabaseMessage>("clustermetadata.Database");

export type IdMessage = Define<"ID", { component: number; cell: string; name: string }>;

export type MultipoolerMessage = Define<
  "Multipooler",
  {
    id?: IdMessage;
    shardKey?: Define<"ShardKey", { database: string; tableGroup: string; shard: string }>;
    servingStatus: number;
    hostname: string;
    lifecycleStatus?: Define<"PoolerLifecycle", { status: number; reason: string }>;
    routingState?: Define<"RoutingState", { role: number }>;
  }
>;
export const multipoolerSchema = schema<MultipoolerMessage>("clustermetadata.Multipooler");

export type ComponentMessage = Define<"Component", { id?: IdMessage }>;
export const componentSchema = schema<ComponentMessage>("clustermetadata.Component");
