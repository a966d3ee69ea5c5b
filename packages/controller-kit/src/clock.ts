/** Time as the runtime sees it, passed in so that tests decide how it runs. */
export interface Clock {
  /** Monotonic milliseconds; says nothing about the time of day and never jumps back. */
  monotonic(): number;
  /** The time of day, for what people and other programs read. */
  date(): Date;
  /** Runs `action` once after `ms`; the returned function cancels it. */
  after(ms: number, action: () => void): () => void;
}

// Node runs a timer of more than 2^31-1 ms at once.
const longestTimer = 2_147_483_647;

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  date: () => new Date(),
  after(ms, action) {
    const timer = setTimeout(action, Math.min(Math.max(0, ms), longestTimer));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when `signal` fires: the caller looks at the signal, nothing is thrown. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
