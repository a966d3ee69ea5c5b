import { setTimeout as sleep } from "node:timers/promises";
import type { SeenRequest } from "../multiadmin/index.ts";
import { isLeaseRequest, isRead, isWrite, tally } from "./audit-log.ts";
import { quietSeconds, untilQuiet } from "./audit-reader.ts";
import { converge } from "./converge.ts";
import type { OperatorTestbed } from "./testbed.ts";
import { countsBetween } from "./topology-counts.ts";

/** What it costs to keep clusters of several databases at rest. */
export interface Databases {
  readonly clusters: number;
  /** Of each cluster. */
  readonly databases: number;
  readonly pods: number;
  readonly seconds: number;
  /** To the API server: all but watches and Leases. */
  readonly requests: number;
  /** Watches that ended. */
  readonly watches: number;
  readonly leaseRequests: number;
  /** What requests and watches were. */
  readonly seen: Readonly<Record<string, number>>;
  readonly perClusterMinute: {
    readonly requests: number;
    /** To multiadmin: lists of poolers, questions for one pooler's status, anything else. */
    readonly lists: number;
    readonly statuses: number;
    readonly others: number;
    /** To the topology servers. */
    readonly topologyRequests: number;
  };
}

export const databasesPerCluster = 3;

export interface DatabasesOptions {
  readonly clusters: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
}

/** Brings clusters up on an empty testbed and counts what the controllers ask of anybody once nobody writes any more. */
export async function databases(
  bed: OperatorTestbed,
  { clusters, seconds, log }: DatabasesOptions,
): Promise<Databases> {
  const { pods } = await converge(bed, clusters, databasesPerCluster);
  const audit = bed.audit();
  await untilQuiet(audit, quietSeconds, 600);
  log(`at rest for ${seconds} s`);
  const topologyBefore = await bed.topology();
  const askedBefore = bed.multiadmin.requests.length;
  audit.next();
  await sleep(seconds * 1000);
  const counted = audit.next().filter((request) => isWrite(request) || isRead(request) || isLeaseRequest(request));
  const asked = bed.multiadmin.requests.slice(askedBefore);
  const topology = countsBetween(topologyBefore, await bed.topology());

  const leases = counted.filter(isLeaseRequest);
  const others = counted.filter((request) => !isLeaseRequest(request));
  const watches = others.filter(({ verb }) => verb === "watch");
  const requests = others.length - watches.length;
  const perClusterMinute = (count: number) => (count * 60) / (clusters * seconds);
  const [lists, statuses] = [asked.filter(isList).length, asked.filter(isStatus).length];
  return {
    clusters,
    databases: databasesPerCluster,
    pods,
    seconds,
    requests,
    watches: watches.length,
    leaseRequests: leases.length,
    seen: tally(others),
    perClusterMinute: {
      requests: perClusterMinute(requests),
      lists: perClusterMinute(lists),
      statuses: perClusterMinute(statuses),
      others: perClusterMinute(asked.length - lists - statuses),
      topologyRequests: perClusterMinute(topology.requests),
    },
  };
}

function isList({ path }: SeenRequest): boolean {
  return path === "/api/v1/poolers";
}

function isStatus({ path }: SeenRequest): boolean {
  return path.endsWith("/status");
}
