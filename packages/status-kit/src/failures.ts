import { joinMessages } from "./child.ts";
import type { Summary } from "./conditions.ts";
import { reasons } from "./vocabulary.ts";

/** A write that failed; controller-kit's `WriteFailure` is assignable. */
export interface FailedWrite {
  readonly ref: { readonly kind: string; readonly name: string };
  readonly reason:
    | "NameConflict"
    | "Forbidden"
    | "QuotaExceeded"
    | "Invalid"
    | "NamespaceTerminating"
    | "Conflict"
    | "Unavailable";
  readonly message: string;
}

/**
 * A summary with the writes that failed told in it, by one rule for every kind:
 *
 * - Any failure means that something still differs from the spec: `Progressing` is `True` and says what failed.
 * - A failure that only a person can end (`NameConflict`, `Forbidden`, `QuotaExceeded`, `Invalid`) sets `Stalled`, with
 *   the remedy. The others (`Conflict`, `Unavailable`, `NamespaceTerminating`) are tried again.
 * - `Available` keeps its status, because what runs goes on running; where it isn't `True`, the failure is the cause.
 *
 * A summary that is stalled already keeps its own reason, and the failures are added to its message.
 */
export function withFailures(summary: Summary, failures: readonly FailedWrite[]): Summary {
  const stalling = failures.filter((failure) => remedy(failure) !== undefined);
  const first = stalling[0] ?? failures[0];
  if (!first) return summary;
  const reason = remedy(first) === undefined ? reasons.writeFailed : first.reason;
  const texts = [...stalling, ...failures.filter((failure) => remedy(failure) === undefined)].map(textOf);
  return {
    available:
      summary.available.status === "True"
        ? summary.available
        : { ...summary.available, reason, message: joinMessages([...texts, summary.available.message]) },
    progressing: {
      status: "True",
      reason,
      message: joinMessages([
        ...texts,
        summary.progressing.status === "False" ? undefined : summary.progressing.message,
      ]),
    },
    stalled:
      stalling.length === 0
        ? summary.stalled
        : {
            reason: summary.stalled?.reason ?? first.reason,
            message: joinMessages([
              summary.stalled?.message,
              ...stalling.map((failure) => `${textOf(failure)}. ${remedy(failure)}`),
            ]),
          },
  };
}

function textOf({ ref, message }: FailedWrite): string {
  const label = `${ref.kind} ${ref.name}`;
  return message.startsWith(label) ? message : `${label}: ${message}`;
}

/** What a person must do; undefined when the controller gets there by trying again. */
function remedy({ reason }: FailedWrite): string | undefined {
  switch (reason) {
    case "NameConflict":
      return "Delete or rename the object that has this name; it isn't ours and stays untouched";
    case "Forbidden":
      return "Give this controller's Role the missing permission, or change the policy that refuses";
    case "QuotaExceeded":
      return "Raise the ResourceQuota, or free what counts against it";
    case "Invalid":
      return "Correct the field that the message names, in the MultigresCluster or its ShardTemplate";
    case "NamespaceTerminating":
    case "Conflict":
    case "Unavailable":
      return undefined;
  }
}
