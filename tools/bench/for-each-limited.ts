/** Calls `work` for each item, in order, with at most `limit` calls under way; rejects with the first failure. */
export async function forEachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  async function worker(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
