import type { DurabilityPolicy } from "@multigres/api-types";

/** A pod as far as it matters for changing the shard without harm. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  /** Name of its StatefulSet. */
  readonly pool: string;
  readonly cell: string;
  readonly ordinal: number;
  readonly ready: boolean;
  readonly readySince?: Date;
  /** It can't run: crashing, image not pulled, no node for it. As opposed to one that merely starts. */
  readonly broken: boolean;
  /** Ready for long, and it doesn't follow the primary all the same. */
  readonly lagging: boolean;
  /** On its way out, by whomever; also when its StatefulSet's replicas no longer include it. */
  readonly leaving: boolean;
  /** Runs another pod spec than the one that is wanted. */
  readonly outdated: boolean;
  /** Why it isn't ready, naming it. */
  readonly trouble?: string;
}

/** A pool that is wanted, or that was removed from the spec and still has a StatefulSet or pods. */
export interface PoolView {
  /** Name of its StatefulSet. */
  readonly name: string;
  readonly cell: string;
  /** Replicas that the spec asks for; 0 for a removed pool. */
  readonly wanted: number;
  /** Replicas that its StatefulSet has; where there is none, as many as its pods tell of. */
  readonly live: number;
  /** Its StatefulSet would make a pod from the wanted template now. */
  readonly prepared: boolean;
}

/** What the data plane says of roles. */
export type Roles =
  | {
      readonly state: "unknown";
      /** They are being read: wait for that, it takes seconds. */
      readonly isPending: boolean;
      readonly why: string;
      /** Since when this process has tried in vain to read them: before that nobody may have tried. */
      readonly since?: Date;
    }
  | {
      readonly state: "read";
      readonly primary: { readonly podName: string } | undefined;
      /** Names of the pods that follow it as members of the cohort, and its own; undefined when that couldn't be read. */
      readonly cohort: readonly string[] | undefined;
    };

/** How an attempt to switch over from a pod ended. */
export type SwitchOver =
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "done"; readonly at: Date };

export interface ShardView {
  readonly policy: DurabilityPolicy;
  readonly pools: readonly PoolView[];
  readonly pods: readonly PodView[];
  readonly roles: Roles;
  /** Since when no primary is known, for whatever reason; undefined while one is. */
  readonly noPrimarySince?: Date;
  /** Attempts that ended, first to last, to switch over from the primary of now. */
  readonly switchOvers: readonly SwitchOver[];
  /** Why no pod may be touched at all. */
  readonly held?: string;
}
