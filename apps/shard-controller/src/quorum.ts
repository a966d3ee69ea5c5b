import type { DurabilityPolicy } from "@multigres/api-types";

/** Pods of one pool, wanted or ready. */
export interface PodsInCell {
  readonly cell: string;
  readonly pods: number;
}

interface Rule {
  readonly count: (pods: readonly PodsInCell[]) => number;
  readonly inWords: (count: number) => string;
}

/** What each policy counts; it needs two of them to acknowledge a write. */
const rules: Readonly<Record<DurabilityPolicy, Rule>> = {
  AT_LEAST_2: {
    count: (pods) => pods.reduce((sum, pool) => sum + pool.pods, 0),
    inWords: (count) => `${count} ${count === 1 ? "pod" : "pods"}`,
  },
  MULTI_CELL_AT_LEAST_2: {
    count: (pods) => new Set(pods.filter((pool) => pool.pods > 0).map(({ cell }) => cell)).size,
    inWords: (count) => `pods in ${count} ${count === 1 ? "cell" : "cells"}`,
  },
};

const needed = 2;

export function reachesQuorum(policy: DurabilityPolicy, pods: readonly PodsInCell[]): boolean {
  return rules[policy].count(pods) >= needed;
}

/** For a message: what of the given pods counts, as in `1 pod`, `pods in 1 cell`. */
export function countedPods(policy: DurabilityPolicy, pods: readonly PodsInCell[]): string {
  const { count, inWords } = rules[policy];
  return inWords(count(pods));
}

/** For a message: what the policy asks for. */
export function neededPods(policy: DurabilityPolicy): string {
  return rules[policy].inWords(needed);
}
