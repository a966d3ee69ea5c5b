import type { z } from "zod";
import { cell, multigresCluster, shard, shardTemplate, tableGroup, topoServer } from "./resources.ts";
import { dnsName } from "./schema/names.ts";
import type { ValidationRule } from "./schema/markers.ts";

/** A column of `kubectl get`; priority 1 shows with `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  readonly description?: string;
  readonly priority?: 1;
}

/** All that a CustomResourceDefinition of this API consists of. */
export interface CustomResource {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly description: string;
  readonly spec: z.ZodType;
  /** Absent: the kind has no status subresource. */
  readonly status?: z.ZodType;
  /** Rules on the object as a whole, such as its name. */
  readonly rules?: readonly ValidationRule[];
  readonly columns: readonly PrinterColumn[];
}

/** `kubectl get multigres` lists all kinds. */
export const category = "multigres";

function condition(type: string): string {
  return `.status.conditions[?(@.type=="${type}")]`;
}

function available(description: string): PrinterColumn {
  return { name: "Available", type: "string", jsonPath: `${condition("Available")}.status`, description };
}

function count(name: string, jsonPath: string, description: string): PrinterColumn {
  return { name, type: "integer", jsonPath, description };
}

const reason: PrinterColumn = {
  name: "Message",
  type: "string",
  jsonPath: `${condition("Available")}.message`,
  description: "Why it is, or isn't, available",
  priority: 1,
};
const age: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

export const customResources: readonly CustomResource[] = [
  {
    kind: "MultigresCluster",
    plural: "multigresclusters",
    shortName: "mgc",
    description:
      "A Multigres cluster: cells, and databases whose PostgreSQL instances run in them. Edit this kind and ShardTemplate; all others are made from them.",
    spec: multigresCluster.shape.spec.describe("What the cluster should be."),
    status: multigresCluster.shape.status.unwrap().describe("What was observed."),
    rules: [
      {
        rule: `self.metadata.name.size() <= 40 && self.metadata.name.matches('${dnsName.source}')`,
        message:
          "metadata.name of a cluster has at most 40 characters: lower-case letters, digits and -, starting with a letter and not ending in -. Choose another name.",
      },
    ],
    columns: [
      available("Whether topology, cells, databases, multiadmin and multiorch all serve"),
      { name: "Progressing", type: "string", jsonPath: `${condition("Progressing")}.status` },
      count("Ready", ".status.readyInstances", "PostgreSQL instances that are ready"),
      count("Desired", ".status.desiredInstances", "PostgreSQL instances that the spec asks for"),
      age,
      reason,
    ],
  },
  {
    kind: "ShardTemplate",
    plural: "shardtemplates",
    shortName: "mgt",
    description:
      "Pools that databases of this namespace's clusters can share with spec.databases[].spec.shardTemplateRef. A change reaches all of them.",
    spec: shardTemplate.shape.spec.describe("The pools."),
    columns: [age],
  },
  {
    kind: "TopoServer",
    plural: "toposervers",
    shortName: "mgtopo",
    description:
      "An etcd that holds a topology: the cluster's global one, or a cell's own. Made by the operator; edit the MultigresCluster instead.",
    spec: topoServer.shape.spec.describe("Written by the MultigresCluster's or Cell's controller."),
    status: topoServer.shape.status.unwrap().describe("What was observed."),
    columns: [
      available("Whether etcd serves"),
      count("Ready", ".status.readyReplicas", "etcd members that are ready"),
      count("Desired", ".spec.replicas", "etcd members that the spec asks for"),
      age,
      reason,
    ],
  },
  {
    kind: "Cell",
    plural: "cells",
    shortName: "mgcell",
    description:
      "A failure domain of a cluster, with its gateways. Made by the operator; edit the MultigresCluster instead.",
    spec: cell.shape.spec.describe("Written by the MultigresCluster's controller."),
    status: cell.shape.status.unwrap().describe("What was observed."),
    columns: [
      available("Whether the cell's gateways and topology serve"),
      count("Ready", ".status.gatewayReadyReplicas", "Gateway pods that are ready"),
      count("Desired", ".spec.multiGateway.replicas", "Gateway pods that the spec asks for"),
      {
        name: "Topology",
        type: "string",
        jsonPath: ".status.topoServerAvailable",
        description: "Whether the cell's topology server serves",
      },
      { name: "Zone", type: "string", jsonPath: ".spec.zone", priority: 1 },
      { name: "Region", type: "string", jsonPath: ".spec.region", priority: 1 },
      age,
      reason,
    ],
  },
  {
    kind: "TableGroup",
    plural: "tablegroups",
    shortName: "mgtg",
    description:
      "The tables of a database that are sharded alike. Made by the operator; edit the MultigresCluster instead.",
    spec: tableGroup.shape.spec.describe("Written by the MultigresCluster's controller."),
    status: tableGroup.shape.status.unwrap().describe("What was observed."),
    columns: [
      available("Whether all shards serve"),
      count("Ready", ".status.readyPods", "Pods that are ready"),
      count("Desired", ".status.totalPods", "Pods that the pools ask for"),
      { name: "Database", type: "string", jsonPath: ".spec.database" },
      count("Shards", ".spec.partitioning.shards", "Number of shards"),
      age,
      reason,
    ],
  },
  {
    kind: "Shard",
    plural: "shards",
    shortName: "mgshard",
    description:
      "PostgreSQL instances that hold the same data: one primary and its replicas, in pools. Made by the operator; edit the MultigresCluster instead.",
    spec: shard.shape.spec.describe("Written by the TableGroup's controller."),
    status: shard.shape.status.unwrap().describe("What was observed."),
    columns: [
      available("Whether enough pods are ready to commit"),
      count("Ready", ".status.readyPods", "Pods that are ready"),
      count("Desired", ".status.totalPods", "Pods that the pools ask for"),
      { name: "Primary", type: "string", jsonPath: ".status.primaryCell", description: "Cell of the primary" },
      { name: "Writes", type: "string", jsonPath: ".status.servingWrites", description: "Whether writes are served" },
      age,
      reason,
    ],
  },
];
