import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import { isApiError, isConflict } from "./errors.ts";
import { NotLeadingError } from "./leader-election.ts";
import type { WorkQueue } from "./queue.ts";
import type { Reconcile, ReconcileResult } from "./reconciler.ts";
import type { Key } from "./resource.ts";

/** How one reconcile went, in controller-runtime's words, and ours where those have none. */
export type ReconcileOutcome = "success" | "requeue_after" | "requeue" | "error";

export interface ReconcileObserver {
  started(): void;
  finished(outcome: ReconcileOutcome, seconds: number): void;
  /** The definition threw: a fault in the controller, not in the cluster. */
  panicked(): void;
  timedOut(): void;
  conflicted(): void;
}

export interface ControllerLoopOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: ReconcileObserver;
  readonly reconcileId: () => string;
  /** The object that a key named is gone. */
  readonly onGone?: (key: Key) => void;
  /** Reconciles under way at a time. Default 4. */
  readonly workers?: number;
  /** A reconcile that takes longer is aborted and tried again. Default 60 s. */
  readonly timeoutMs?: number;
}

/** Back-off bounds of failures that no watch tells us the end of. */
const patience = {
  /** The API server was away, or somebody was faster. */
  soon: { firstMs: 50, longestMs: 15_000 },
  /** Somebody must act first: a quota, a permission, a name. */
  later: { firstMs: 2_000, longestMs: 60_000 },
} as const;

/** Takes keys from the queue and reconciles them; whatever a reconcile does, the loop goes on. */
export class ControllerLoop {
  readonly #options: ControllerLoopOptions;
  readonly #intake = new AbortController();
  readonly #work = new AbortController();
  #workers: Promise<unknown> = Promise.resolve();

  constructor(options: ControllerLoopOptions) {
    this.#options = options;
  }

  start(): void {
    const count = this.#options.workers ?? 4;
    this.#workers = Promise.all(Array.from({ length: count }, () => this.#worker()));
  }

  /** Begins nothing new and waits for what is under way; after `deadlineMs` that is aborted. */
  async stop(deadlineMs: number): Promise<void> {
    this.#intake.abort();
    const cancel = this.#options.clock.after(deadlineMs, () => this.abort(new Error("the controller stops")));
    await this.#workers;
    cancel();
  }

  /** Ends everything now. */
  abort(reason: Error): void {
    this.#intake.abort();
    this.#work.abort(reason);
  }

  async #worker(): Promise<void> {
    const { queue } = this.#options;
    const { signal } = this.#intake;
    for (let key = await queue.next(signal); key !== undefined; key = await queue.next(signal)) {
      try {
        await this.#run(key);
      } finally {
        queue.done(key);
      }
    }
  }

  async #run(key: Key): Promise<void> {
    const { clock, observer, reconcile, reconcileId, timeoutMs = 60_000 } = this.#options;
    const [namespace, name] = key.split("/");
    const log = this.#options.log.child({
      controller: this.#options.name,
      namespace,
      name,
      reconcileID: reconcileId(),
    });
    const startedAt = clock.monotonic();
    const finish = (outcome: ReconcileOutcome) => observer.finished(outcome, (clock.monotonic() - startedAt) / 1000);
    const abort = new AbortController();
    const stopping = () => abort.abort(this.#work.signal.reason);
    this.#work.signal.addEventListener("abort", stopping, { once: true });
    if (this.#work.signal.aborted) stopping();
    const cancel = clock.after(timeoutMs, () => abort.abort(new ReconcileTimeoutError(timeoutMs)));
    observer.started();
    try {
      finish(this.#handle(key, await reconcile(key, { signal: abort.signal, log }), log));
    } catch (error) {
      finish("error");
      this.#fail(key, abort.signal.aborted ? abort.signal.reason : error, log);
    } finally {
      cancel();
      this.#work.signal.removeEventListener("abort", stopping);
    }
  }

  #handle(key: Key, result: ReconcileResult, log: Logger): ReconcileOutcome {
    const { queue } = this.#options;
    switch (result.kind) {
      case "done":
        queue.forget(key);
        return "success";
      case "gone":
        queue.drop(key);
        this.#options.onGone?.(key);
        return "success";
      case "after":
        queue.forget(key);
        queue.addAfter(key, result.ms);
        return "requeue_after";
      case "again":
        log.debug({ failures: queue.failures(key) + 1 }, `to be tried again: ${result.why}`);
        queue.addRateLimited(key, patience[result.retry]);
        return "requeue";
      default:
        return result satisfies never;
    }
  }

  #fail(key: Key, error: unknown, log: Logger): void {
    const { queue, observer } = this.#options;
    // The process is on its way out or no longer leads: whoever leads next starts from what it observes.
    if (this.#work.signal.aborted || error instanceof NotLeadingError) return;
    if (error instanceof ReconcileTimeoutError) {
      observer.timedOut();
      log.error({ err: error }, "reconcile took too long");
      queue.addRateLimited(key, patience.soon);
    } else if (isApiError(error)) {
      if (isConflict(error)) observer.conflicted();
      log.error({ err: error }, "reconcile failed");
      queue.addRateLimited(key, patience.soon);
    } else {
      observer.panicked();
      log.error({ err: error }, "reconcile threw: this is a fault in the controller");
      queue.addRateLimited(key);
    }
  }
}

class ReconcileTimeoutError extends Error {
  constructor(ms: number) {
    super(`the reconcile was aborted after ${ms} ms`);
    this.name = "ReconcileTimeoutError";
  }
}
