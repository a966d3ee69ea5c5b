import { setTimeout as sleep } from "node:timers/promises";

/**
 * Repeats `check` until it passes and returns its result; after `timeoutMs` throws what it threw last.
 * The time is no assertion: it only bounds how long a broken test takes.
 */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 240_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  // Asking ten times a second for a minute costs more than what is waited for.
  for (let pauseMs = 75; ; pauseMs = Math.min(pauseMs * 1.4, 1_000)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(pauseMs);
    }
  }
}

/** Repeats `check` for `forMs`; throws as soon as it fails. For what must not happen. */
export async function always(check: () => unknown, forMs = 3_000): Promise<void> {
  const end = performance.now() + forMs;
  do {
    await check();
    await sleep(250);
  } while (performance.now() < end);
}

/** As `always`, of what one look at the end tells as well: versions never come again, and a log forgets nothing. */
export async function still(check: () => unknown, afterMs = 3_000): Promise<void> {
  await sleep(afterMs);
  await check();
}
