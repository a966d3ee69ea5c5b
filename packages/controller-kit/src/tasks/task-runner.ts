import type { Logger } from "pino";
import { hashOf } from "../applied-hash.ts";
import type { Clock } from "../clock.ts";
import type { Key } from "../resource.ts";
import type { Task, TaskKind, TaskResult, TaskResults } from "./task.ts";

export interface TaskObserver {
  finished(task: string, result: "done" | "failed", seconds: number): void;
}

export interface TaskRunnerOptions<Settings> {
  readonly settings: Settings;
  /** Handed to every task. */
  readonly kubernetesCluster: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: TaskObserver;
  /** A result of a task that the key asked for says something new. */
  readonly wake: (key: Key) => void;
  /** Throws when this process doesn't lead (any more); called right before each performance. */
  readonly assertLeading: () => void;
  /** Tasks under way at a time; they mostly wait. Default 32. */
  readonly concurrency?: number;
  /** A performance that takes longer is cut off and has failed. Default 20 s. */
  readonly timeoutMs?: number;
}

interface Entry {
  readonly id: string;
  readonly kind: TaskKind<never, unknown>;
  readonly input: unknown;
  /** Who asks, and how often it wants the task done. */
  readonly askers: Map<Key, number | undefined>;
  result: TaskResult<unknown> | undefined;
  /** The same result again is no news. */
  resultHash: string | undefined;
  failures: number;
  /** When the first of these failures ended. */
  failingSince: Date | undefined;
  /** When it last ended, on the monotonic clock. */
  endedAt: number;
  running: AbortController | undefined;
  cancelTimer: (() => void) | undefined;
}

/** More than a kind's own limits, which know better what to say: this one is for what has none. */
const defaultTimeoutMs = 20_000;

/** Waits after the first failure, doubled for each further one. */
const backoff = { firstMs: 500, longestMs: 30_000 } as const;

/** Does the tasks that plans ask for, and keeps their results as long as somebody asks. */
export class TaskRunner<Settings> implements TaskResults {
  readonly #options: TaskRunnerOptions<Settings>;
  readonly #entries = new Map<string, Entry>();
  readonly #asked = new Map<Key, readonly string[]>();
  readonly #waiting = new Set<Entry>();
  #running = 0;
  #stopped = false;

  constructor(options: TaskRunnerOptions<Settings>) {
    this.#options = options;
  }

  of<Input, Output, S>(kind: TaskKind<Input, Output, S>, input: Input): TaskResult<Output> | undefined {
    return this.#entries.get(idOf(kind.name, input))?.result as TaskResult<Output> | undefined;
  }

  /** Whether anybody asks for the task already. */
  has({ kind, input }: Task): boolean {
    return this.#entries.has(idOf(kind.name, input));
  }

  /** Replaces what the key asked for before. */
  ask(key: Key, tasks: readonly Task[]): void {
    if (this.#stopped) return;
    const before = this.#asked.get(key) ?? [];
    const ids = tasks.map((wanted) => this.#join(key, wanted));
    if (ids.length > 0) this.#asked.set(key, ids);
    else this.#asked.delete(key);
    for (const id of before) if (!ids.includes(id)) this.#leave(key, id);
  }

  /** Cuts off everything that is under way and forgets the rest. */
  stop(): void {
    this.#stopped = true;
    for (const [key, ids] of this.#asked) for (const id of ids) this.#leave(key, id);
    this.#asked.clear();
  }

  #join(key: Key, { kind, input, everyMs }: Task): string {
    const id = idOf(kind.name, input);
    const known = this.#entries.get(id);
    if (known !== undefined) {
      known.askers.set(key, everyMs);
      if (known.result?.state === "done") this.#schedule(known);
      return id;
    }
    const entry: Entry = {
      id,
      kind,
      input,
      askers: new Map([[key, everyMs]]),
      result: undefined,
      resultHash: undefined,
      failures: 0,
      failingSince: undefined,
      endedAt: 0,
      running: undefined,
      cancelTimer: undefined,
    };
    this.#entries.set(id, entry);
    this.#enqueue(entry);
    return id;
  }

  #leave(key: Key, id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.askers.delete(key);
    if (entry.askers.size > 0) return;
    entry.cancelTimer?.();
    entry.running?.abort(new Error("nobody asks for this task any more"));
    this.#waiting.delete(entry);
    this.#entries.delete(id);
  }

  #enqueue(entry: Entry): void {
    entry.cancelTimer?.();
    entry.cancelTimer = undefined;
    if (entry.running !== undefined) return;
    this.#waiting.add(entry);
    this.#fill();
  }

  #fill(): void {
    for (const entry of this.#waiting) {
      if (this.#running >= (this.#options.concurrency ?? 32)) return;
      this.#waiting.delete(entry);
      void this.#perform(entry);
    }
  }

  async #perform(entry: Entry): Promise<void> {
    const { clock, settings, kubernetesCluster, observer, assertLeading, timeoutMs = defaultTimeoutMs } = this.#options;
    const log = this.#options.log.child({ task: entry.kind.name });
    const abort = new AbortController();
    const startedAt = clock.monotonic();
    entry.running = abort;
    this.#running += 1;
    const cancel = clock.after(timeoutMs, () => abort.abort(new TaskTimeoutError(timeoutMs)));
    let result: TaskResult<unknown>;
    let failure: unknown;
    try {
      assertLeading();
      const output = await entry.kind.perform(entry.input as never, {
        settings,
        kubernetesCluster,
        signal: abort.signal,
        log,
      });
      result = { state: "done", output };
      entry.failingSince = undefined;
    } catch (error) {
      failure = abort.signal.aborted ? abort.signal.reason : error;
      entry.failingSince ??= clock.date();
      const message = failure instanceof Error ? failure.message : String(failure);
      result = { state: "failed", message, since: entry.failingSince };
    } finally {
      cancel();
      entry.running = undefined;
      this.#running -= 1;
    }
    if (this.#isWanted(entry)) {
      observer.finished(entry.kind.name, result.state, (clock.monotonic() - startedAt) / 1000);
      const isNews = this.#finish(entry, result);
      if (result.state === "failed") {
        log[isNews ? "warn" : "debug"]({ err: failure, input: entry.input }, "a task failed");
      }
    }
    this.#fill();
  }

  #isWanted(entry: Entry): boolean {
    return this.#entries.get(entry.id) === entry;
  }

  /** Whether the result is news. */
  #finish(entry: Entry, result: TaskResult<unknown>): boolean {
    const resultHash = hashOf(result);
    const isNews = entry.resultHash !== resultHash;
    entry.result = result;
    entry.resultHash = resultHash;
    entry.endedAt = this.#options.clock.monotonic();
    entry.failures = result.state === "failed" ? entry.failures + 1 : 0;
    this.#schedule(entry);
    if (isNews) for (const key of entry.askers.keys()) this.#options.wake(key);
    return isNews;
  }

  #schedule(entry: Entry): void {
    const { clock, random } = this.#options;
    if (entry.running !== undefined || this.#waiting.has(entry)) return;
    const every = Math.min(...[...entry.askers.values()].map((ms) => ms ?? Number.POSITIVE_INFINITY));
    const pause = Math.min(backoff.longestMs, backoff.firstMs * 2 ** (entry.failures - 1)) * (0.75 + random() / 2);
    const ms = entry.failures > 0 ? Math.min(pause, every) : every;
    entry.cancelTimer?.();
    entry.cancelTimer = undefined;
    if (ms === Number.POSITIVE_INFINITY) return;
    entry.cancelTimer = clock.after(entry.endedAt + ms - clock.monotonic(), () => this.#enqueue(entry));
  }
}

class TaskTimeoutError extends Error {
  constructor(ms: number) {
    super(`no end after ${ms / 1000} s`);
    this.name = "TaskTimeoutError";
  }
}

function idOf(name: string, input: unknown): string {
  return `${name} ${hashOf(input)}`;
}
