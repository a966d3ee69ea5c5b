/**
 * What is left of a wait, in milliseconds; 0 or less: nothing. All of it where its begin isn't known, and never more than
 * that, whatever the clocks say.
 */
export function timeLeft(since: Date | string | undefined, patienceMs: number, now: Date): number {
  if (since === undefined) return patienceMs;
  return Math.min(patienceMs, new Date(since).getTime() + patienceMs - now.getTime());
}
