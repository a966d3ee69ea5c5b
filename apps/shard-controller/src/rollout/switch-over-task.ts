import { setTimeout as sleep } from "node:timers/promises";
import { type Task, type TaskKind, type TaskResults, task } from "@multigres/controller-kit";
import type { Shard } from "@multigres/api-types";
import type { Primary } from "../data-plane/data-plane.ts";
import type { MultiadminSettings } from "../multiadmin/client.ts";
import { MultiadminError } from "../multiadmin/errors.ts";
import { shardInput } from "../multiadmin/shard.ts";
import { type SwitchPrimaryInput, switchPrimary } from "../multiadmin/switch-primary.ts";
import type { SwitchOver } from "./shard-view.ts";
import { timing } from "./timing.ts";

interface SwitchOverInput extends SwitchPrimaryInput {
  /** Counts from 1. */
  readonly attempt: number;
}

type Ended = { readonly state: "done"; readonly at: string } | { readonly state: "failed"; readonly message: string };

// Multiadmin's connection to a pod that was made again may be stale for a while.
const pauseMs = 4_000;

/** One attempt. Failures are outcomes, so that the attempts can be counted. */
const switchOver: TaskKind<SwitchOverInput, Ended, MultiadminSettings> = {
  name: "switch-over",
  async perform({ attempt, ...input }, context): Promise<Ended> {
    if (attempt > 1) await sleep(pauseMs, undefined, { signal: context.signal });
    try {
      await switchPrimary.perform(input, context);
      return { state: "done", at: new Date().toISOString() };
    } catch (error) {
      if (!(error instanceof MultiadminError)) throw error;
      return { state: "failed", message: error.message };
    }
  },
};

/** The attempts that ended, first to last, to switch over from the primary of now. */
export function endedSwitchOvers(shard: Shard, primary: Primary | undefined, results: TaskResults): SwitchOver[] {
  if (primary === undefined) return [];
  const ended: SwitchOver[] = [];
  for (let attempt = 1; attempt <= timing.switchOverAttempts; attempt++) {
    const result = results.of(switchOver, inputOf(shard, primary, attempt));
    if (result === undefined) break;
    if (result.state === "failed") ended.push(result);
    else
      ended.push(result.output.state === "failed" ? result.output : { state: "done", at: new Date(result.output.at) });
  }
  return ended;
}

/** All of the attempts so far: a result is kept as long as its task is asked for. */
export function switchOverTasks(shard: Shard, primary: Primary, attempts: number): Task[] {
  return Array.from({ length: attempts }, (_, index) => task(switchOver, inputOf(shard, primary, index + 1)));
}

function inputOf(shard: Shard, { pooler, rule }: Primary, attempt: number): SwitchOverInput {
  return {
    ...shardInput(shard),
    primary: { ...pooler, ...(rule && { rule }) },
    reason: "The pod of the primary is to be replaced or removed",
    attempt,
  };
}
