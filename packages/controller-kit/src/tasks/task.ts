import type { Logger } from "pino";

/**
 * A kind of work outside the API server, such as a call to etcd. Plans ask for tasks, the kit does them in the background,
 * and `observe` sees how they ended: so that `reconcile` stays pure and nobody waits for a server that doesn't answer.
 */
export interface TaskKind<Input, Output, Settings = unknown> {
  /** For logs and metrics, for example `ensure-cell`. Unique in its controller. */
  readonly name: string;
  /** It changes nothing anywhere, so it is done for paused objects too. */
  readonly readsOnly?: true;
  /**
   * Does it once. It may be repeated and cut off at any time, so it has to be safe to do again. What it throws is shown as
   * the task's message and tried again; the message must say nothing that changes by itself.
   */
  perform(input: Input, context: TaskContext<Settings>): Promise<Output>;
}

export interface TaskContext<Settings = unknown> {
  readonly settings: Settings;
  /** Tells this Kubernetes cluster from others, for what is written outside of it. Stays over restarts. */
  readonly kubernetesCluster: string;
  /** Fires when nobody wants the task any more, when it takes too long, and when the process stops leading. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** One piece of work that a plan asks for. Two with the same kind and input are the same one, whoever asks. */
export interface Task {
  readonly kind: TaskKind<never, unknown>;
  /** Plain JSON. Whatever would make it another task has to be part of it. */
  readonly input: unknown;
  /** Done again so long after it went well. Unset: once, as long as somebody goes on asking for it. */
  readonly everyMs?: number;
}

/** How a task ended the last time. */
export type TaskResult<Output> =
  | { readonly state: "done"; readonly output: Output }
  | {
      readonly state: "failed";
      readonly message: string;
      /** When the first one ended of the failures that followed one another in this process, this one included. */
      readonly since: Date;
    };

export interface TaskResults {
  /** Nothing as long as the task hasn't ended once, and when no plan of late has asked for it. */
  of<Input, Output, Settings>(kind: TaskKind<Input, Output, Settings>, input: Input): TaskResult<Output> | undefined;
}

/**
 * Asks for a task in a plan. A plan names all tasks that it wants, also those whose result it has: what is no longer named
 * is cut off and forgotten.
 * @param everyMs done again so long after it went well; unset: once
 */
export function task<Input, Output, Settings>(
  kind: TaskKind<Input, Output, Settings>,
  input: Input,
  everyMs?: number,
): Task {
  return { kind, input, ...(everyMs !== undefined && { everyMs }) };
}
