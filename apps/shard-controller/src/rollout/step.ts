import type { PodView } from "./shard-view.ts";

/**
 * The one thing to do next with a shard's pods.
 *
 * - `nothing`: all pods are as wanted.
 * - `wait`: something is to be done, and not now; `lookAgainAfterMs` when time alone will change that.
 * - `replace`: delete the pod; its StatefulSet makes it again from the newest template.
 * - `remove`: lower the replicas of the pod's StatefulSet by one: it is the one with the highest ordinal.
 * - `switch-over`: ask for another primary; `attempts` is how many have been asked for, with this one.
 */
export type Step =
  | { readonly do: "nothing" }
  | { readonly do: "wait"; readonly message: string; readonly lookAgainAfterMs?: number }
  | { readonly do: "replace"; readonly pod: PodView; readonly message: string }
  | { readonly do: "remove"; readonly pod: PodView; readonly message: string }
  | {
      readonly do: "switch-over";
      readonly pod: PodView;
      readonly attempts: number;
      readonly message: string;
      readonly lookAgainAfterMs?: number;
    };

export type Wait = Extract<Step, { do: "wait" }>;
