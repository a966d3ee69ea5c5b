import { z } from "zod";
import {
  cellSpec,
  cellStatus,
  shardSpec,
  shardStatus,
  tableGroupSpec,
  tableGroupStatus,
  topoServerSpec,
  topoServerStatus,
} from "./schema/children.ts";
import { multigresClusterSpec, multigresClusterStatus } from "./schema/multigrescluster.ts";
import { shardTemplateSpec } from "./schema/shardtemplate.ts";

export const group = "multigres.com";
export const version = "v1alpha1";
export const apiVersion = `${group}/${version}` as const;

/** metav1.OwnerReference. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** The part of metav1.ObjectMeta that these packages read and write; timestamps are RFC 3339 strings. */
export interface ObjectMeta {
  name: string;
  namespace: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

const metadata = z.custom<ObjectMeta>((value) => typeof value === "object" && value !== null);

function resource<K extends string, Spec extends z.ZodType, Status extends z.ZodType>(
  kind: K,
  spec: Spec,
  status: Status,
) {
  return z.object({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(kind),
    metadata,
    spec,
    status: status.optional(),
  });
}

export const multigresCluster = resource("MultigresCluster", multigresClusterSpec, multigresClusterStatus);
export type MultigresCluster = z.infer<typeof multigresCluster>;

export const shardTemplate = resource("ShardTemplate", shardTemplateSpec, z.object({}));
export type ShardTemplate = z.infer<typeof shardTemplate>;

export const topoServer = resource("TopoServer", topoServerSpec, topoServerStatus);
export type TopoServer = z.infer<typeof topoServer>;

export const cell = resource("Cell", cellSpec, cellStatus);
export type Cell = z.infer<typeof cell>;

export const tableGroup = resource("TableGroup", tableGroupSpec, tableGroupStatus);
export type TableGroup = z.infer<typeof tableGroup>;

export const shard = resource("Shard", shardSpec, shardStatus);
export type Shard = z.infer<typeof shard>;
