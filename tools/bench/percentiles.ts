/**
 * The smallest value that at least `share` of the values don't exceed (nearest rank): a value that was measured, never
 * one in between. NaN without values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** For reports: figures beyond a few digits are noise. */
export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
