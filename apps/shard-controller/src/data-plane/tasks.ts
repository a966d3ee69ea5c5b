import { type Task, task } from "@multigres/controller-kit";
import { listPoolers } from "../multiadmin/list-poolers.ts";
import { poolerStatus } from "../multiadmin/pooler-status.ts";
import type { Reading } from "./read.ts";

/**
 * How often multiadmin is asked. At rest as seldom as lets a dead one be noticed within 30 s: a read's own time of 4 s
 * comes on top, and the way of the news up to the cluster.
 */
const pace = { atRestMs: 23_000, whileChangingMs: 2_500 } as const;

/** The reads that are wanted: one list for all shards of a cluster, and one status for each. */
export function dataPlaneTasks({ list, status }: Reading, isChanging: boolean): Task[] {
  const everyMs = isChanging ? pace.whileChangingMs : pace.atRestMs;
  return [task(listPoolers, list, everyMs), ...(status === undefined ? [] : [task(poolerStatus, status, everyMs)])];
}
