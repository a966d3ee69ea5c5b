import type { V1PodDisruptionBudget } from "@kubernetes/client-node";
import { type Owner, ownedMetadata } from "./metadata.ts";

export interface DisruptionBudgetOptions {
  readonly owner: Owner;
  readonly name: string;
  readonly identity: Record<string, string>;
  readonly selector: Record<string, string>;
  /** How many pods the selector should match; one of them may be away. */
  readonly wantedPods: number;
}

/**
 * A budget that lets one pod go at a time. `minAvailable`, not `maxUnavailable`: the latter is computed from the
 * owners' scale and allowed too many evictions while one StatefulSet was orphaned.
 */
export function disruptionBudget(options: DisruptionBudgetOptions): V1PodDisruptionBudget {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: ownedMetadata(options.owner, options.name, options.identity) as V1PodDisruptionBudget["metadata"],
    spec: {
      minAvailable: Math.max(0, options.wantedPods - 1),
      selector: { matchLabels: options.selector },
      // A pod that never became ready can always be evicted: it protects nothing and would block a drain.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}
