import type { V1Pod } from "@kubernetes/client-node";
import type { Shard } from "@multigres/api-types";
import type { TaskResults } from "@multigres/controller-kit";
import { podHealth } from "@multigres/status-kit";
import { identityHash } from "@multigres/workload-kit";
import { type ListPoolersInput, listPoolers, primaryAmong } from "../multiadmin/list-poolers.ts";
import { type PoolerStatusInput, poolerStatus } from "../multiadmin/pooler-status.ts";
import { isOfShard, shardInput } from "../multiadmin/shard.ts";
import { type DataPlane, dataPlaneOf, readyPods, type UnknownDataPlane, withoutPrimary } from "./data-plane.ts";
import { poolersOf } from "./poolers.ts";

/** What is known of the data plane, and what is to be asked in order to know it (still). */
export interface Reading {
  readonly dataPlane: DataPlane;
  readonly list: ListPoolersInput;
  /** Of the primary, once the list says who may be it. */
  readonly status?: PoolerStatusInput;
}

/**
 * The list says who calls itself primary, and that one's own status what is true: of its followers, and of itself where
 * its pod isn't Ready, because a crashed pooler's record stays as it was.
 */
export function readDataPlane(shard: Shard, pods: readonly V1Pod[], results: TaskResults): Reading {
  const { address, ...named } = shardInput(shard);
  const list = { address };
  const listed = results.of(listPoolers, list);
  if (listed === undefined) return { dataPlane: pending, list };
  if (listed.state === "failed") return { dataPlane: unreadable(listed), list };

  const poolers = poolersOf(shard.spec, pods);
  const registered = listed.output.filter(
    (record) => isOfShard(record, named) && poolers.get(record)?.pod !== undefined,
  );
  const record = primaryAmong(registered);
  const pooler = record && poolers.get(record);
  if (record === undefined || pooler?.pod === undefined) {
    const known = new Set(registered.map((each) => poolers.get(each)?.podName));
    return { dataPlane: withoutPrimary(readyPods(poolers).filter((name) => !known.has(name))), list };
  }

  const { cell, name } = pooler;
  const status = { address, cell, name, podsKey: podsKey(pods) };
  const asked = results.of(poolerStatus, status);
  if (asked === undefined) return { dataPlane: pending, list, status };
  if (asked.state === "failed") {
    const isAway = !podHealth(pooler.pod).ready;
    return { dataPlane: isAway ? withoutPrimary() : unreadable(asked), list, status };
  }
  return { dataPlane: dataPlaneOf(pooler, record.rule, asked.output, poolers), list, status };
}

const pending: UnknownDataPlane = {
  state: "unknown",
  isPending: true,
  why: "The primary isn't read from the data plane yet",
};

function unreadable({ message, since }: { readonly message: string; readonly since: Date }): UnknownDataPlane {
  return { state: "unknown", isPending: false, why: message, since };
}

/** Which pods there are, and which of them are Ready: whatever is read under this key was read after that was observed. */
export function podsKey(pods: readonly V1Pod[]): string {
  const states = pods.map((pod) => `${pod.metadata?.uid} ${podHealth(pod).ready}`);
  return identityHash(...states.sort());
}
