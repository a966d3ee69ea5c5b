import { setTimeout as delay } from "node:timers/promises";

/** A signal that fires with the caller's, or when time is up; `dispose` frees the timer and the listener. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True when time ran out, whether it was ours or the caller's own timeout signal. */
  readonly expired: () => boolean;
  readonly remainingMs: () => number;
}

/**
 * `AbortSignal.any` with `AbortSignal.timeout` would do the same, but both live until garbage collection, and a
 * controller makes thousands of them against one signal that lives as long as the process.
 */
export function startDeadline(ms: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  const endsAt = performance.now() + ms;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort(new DOMException(`no answer within ${ms} ms`, "TimeoutError"));
  }, ms);
  const onAbort = () => controller.abort(caller?.reason);
  if (caller?.aborted) onAbort();
  else caller?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    expired: () => timedOut || (caller?.aborted === true && isTimeoutReason(caller.reason)),
    remainingMs: () => endsAt - performance.now(),
    [Symbol.dispose]() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", onAbort);
    },
  };
}

function isTimeoutReason(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

/** Waits; rejects with the signal's reason as soon as it fires. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (ms <= 0) return;
  try {
    await delay(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
