import type { ConditionStatus } from "@multigres/api-types";
import { podHealth } from "@multigres/status-kit";
import type { PoolerId } from "../multiadmin/pooler-id.ts";
import type { PoolerStatus } from "../multiadmin/pooler-status.ts";
import type { Rule } from "../multiadmin/rule.ts";
import type { Pooler, Poolers } from "./poolers.ts";

/** What Multigres says of a shard, in terms of its pods. */
export type DataPlane = UnknownDataPlane | ReadDataPlane;

export interface UnknownDataPlane {
  readonly state: "unknown";
  /** It is being read for the pods as they are now; else it can't be read. */
  readonly isPending: boolean;
  /** For a message. */
  readonly why: string;
  /** Since when this process hasn't been able to read it. */
  readonly since?: Date;
}

export interface ReadDataPlane {
  readonly state: "read";
  /** Undefined: there is none. */
  readonly primary: Primary | undefined;
  /** Pods that take part in the consensus, the primary included; also such as are away at the moment. Undefined: not told. */
  readonly cohort: readonly string[] | undefined;
  /** Pods that stream from the primary and are in the cohort: what the next pod may lean on. */
  readonly followers: readonly string[];
  /** Pods that are Ready and neither the primary nor followers. */
  readonly lagging: readonly string[];
  /** Without a primary: pods that are Ready and that the topology doesn't know. One of them may be it. */
  readonly unregistered: readonly string[];
  readonly servingWrites: ConditionStatus;
  /** Of the primary, and of each other pod that is Ready. Empty without a primary, as then nobody follows. */
  readonly roles: ReadonlyMap<string, PodRole>;
}

export interface Primary {
  readonly podName: string;
  readonly cell: string;
  /** What multiadmin calls it. */
  readonly pooler: PoolerId;
  /** Its database accepts connections. */
  readonly ready: boolean;
  /** By which decision it is the primary. */
  readonly rule: Rule | undefined;
}

export type PodRole = "Primary" | "Follower" | "NotFollowing";

/** Read, and nobody who is registered is the primary. */
export function withoutPrimary(unregistered: readonly string[] = []): ReadDataPlane {
  return {
    state: "read",
    primary: undefined,
    cohort: undefined,
    followers: [],
    lagging: [],
    unregistered,
    servingWrites: unregistered.length > 0 ? "Unknown" : "False",
    roles: new Map(),
  };
}

/** What the primary's own status tells of the shard; `rule` is the one in its record. */
export function dataPlaneOf(
  pooler: Pooler,
  rule: Rule | undefined,
  status: PoolerStatus,
  poolers: Poolers,
): ReadDataPlane {
  // Its record is older than its answer: it has been demoted since.
  if (status.postgres === "STANDBY") return withoutPrimary();
  const { podName, cell, name } = pooler;
  const cohort = status.cohort && podNamesOf(status.cohort, poolers);
  const followers = podNamesOf(status.primary?.connectedFollowers ?? [], poolers).filter(
    (follower) => cohort?.includes(follower) ?? true,
  );
  // While its database doesn't answer, it can't tell who follows.
  const others = status.primary === undefined ? [] : readyPods(poolers).filter((ready) => ready !== podName);
  const lagging = others.filter((other) => !followers.includes(other));
  const following = others.filter((other) => followers.includes(other));
  return {
    state: "read",
    primary: { podName, cell, pooler: { cell, name }, ready: status.primary?.isReady ?? false, rule },
    cohort,
    followers,
    lagging,
    unregistered: [],
    servingWrites: servingWrites(status),
    roles: new Map<string, PodRole>([
      [podName, "Primary"],
      ...following.map((name): [string, PodRole] => [name, "Follower"]),
      ...lagging.map((name): [string, PodRole] => [name, "NotFollowing"]),
    ]),
  };
}

/** A primary whose followers are too few still accepts connections, but a commit waits for ever. */
function servingWrites({ primary }: PoolerStatus): ConditionStatus {
  if (!primary?.isReady) return "False";
  if (primary.sync === undefined) return "Unknown";
  const { needed, standbys } = primary.sync;
  const acknowledging = primary.connectedFollowers.filter((follower) =>
    standbys.some(({ cell, name }) => cell === follower.cell && name === follower.name),
  );
  return acknowledging.length >= needed ? "True" : "False";
}

function podNamesOf(ids: readonly PoolerId[], poolers: Poolers): string[] {
  return [...new Set(ids.flatMap((id) => poolers.get(id)?.podName ?? []))].sort();
}

export function readyPods(poolers: Poolers): string[] {
  return poolers.all
    .filter(({ pod }) => pod !== undefined && podHealth(pod).ready)
    .map(({ podName }) => podName)
    .sort();
}
