import type { Access } from "../../control-plane/index.ts";
import type { Disturbance } from "../judge/facts.ts";
import type { Tally, Violation } from "../judge/judge.ts";

/** What the watcher is told. */
export type Order =
  | {
      readonly order: "watch";
      readonly access: Access;
      readonly auditLog: string;
      /** Where the stand-in for multiadmin tells who leads. */
      readonly multiadmin: string;
      /** Everything that is seen goes there, one JSON object per line. */
      readonly record: string;
    }
  | { readonly order: "note"; readonly id: number; readonly disturbance: Disturbance }
  /** Judges what is left, answers with the verdict and ends. */
  | { readonly order: "finish" };

/** What the watcher tells. */
export type Report =
  | { readonly report: "watching" }
  | { readonly report: "violation"; readonly violation: Violation }
  | { readonly report: "progress"; readonly tallies: readonly Readonly<Tally>[]; readonly facts: number }
  | ({ readonly report: "verdict" } & Verdict);

export interface Verdict {
  readonly tallies: readonly Readonly<Tally>[];
  /** `namespace/name` and UID of every PVC that was ever seen. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Requests of the operator by answer, 4xx and 5xx. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly facts: number;
}
