import type { ConditionDraft, Summary } from "./conditions.ts";
import { joinMessages } from "./join-messages.ts";
import { conditionTypes, reasons } from "./vocabulary.ts";

/** A write that failed; controller-kit's `WriteFailure` is assignable. */
export interface FailedWrite {
  readonly reason:
    | "NameConflict"
    | "Forbidden"
    | "QuotaExceeded"
    | "Invalid"
    | "NamespaceTerminating"
    | "Conflict"
    | "Unavailable";
  /** Names the object. */
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
 * A summary that is stalled already keeps its reason, and the failures are added to its message.
 */
export function withFailures(summary: Summary, failures: readonly FailedWrite[]): Summary {
  const stalling = failures.filter(needsPerson);
  const passing = failures.filter((failure) => !needsPerson(failure));
  const first = stalling[0] ?? passing[0];
  if (!first) return summary;
  const reason = needsPerson(first) ? first.reason : reasons.writeFailed;
  const texts = [...stalling, ...passing].map(({ message }) => message);
  const { available, progressing, stalled } = summary;
  return {
    available:
      available.status === "True"
        ? available
        : { ...available, reason, message: joinMessages([...texts, available.message]) },
    progressing: {
      status: "True",
      reason,
      message: joinMessages([...texts, progressing.status === "False" ? undefined : progressing.message]),
    },
    stalled:
      stalling.length === 0
        ? stalled
        : {
            reason: stalled?.reason ?? first.reason,
            message: joinMessages([stalled?.message, ...stalling.map(({ message }) => message), ...remedies(stalling)]),
          },
  };
}

/** `NameConflict=True` naming the objects that are somebody else's; no condition at all when there are none. */
export function nameConflicts(failures: readonly FailedWrite[]): ConditionDraft[] {
  const conflicts = failures.filter(({ reason }) => reason === "NameConflict");
  if (conflicts.length === 0) return [];
  const message = joinMessages(conflicts.map((conflict) => conflict.message));
  return [{ type: conditionTypes.nameConflict, status: "True", reason: reasons.nameConflict, message }];
}

const endedByPerson: readonly FailedWrite["reason"][] = ["NameConflict", "Forbidden", "QuotaExceeded", "Invalid"];

/** Whether a write stays refused until a person acts; the others go well once they are tried again. */
export function needsPerson({ reason }: FailedWrite): boolean {
  return endedByPerson.includes(reason);
}

/** What to do, once per reason. The message of a name conflict says it itself. */
const remedyOf: Readonly<Partial<Record<FailedWrite["reason"], string>>> = {
  Forbidden: "give this controller's Role the missing permission, or change the policy that refuses",
  QuotaExceeded: "raise the ResourceQuota, or free what counts against it",
  Invalid: "correct the field that the message names, in the MultigresCluster or its ShardTemplate",
};

function remedies(failures: readonly FailedWrite[]): string[] {
  return [...new Set(failures.map(({ reason }) => remedyOf[reason]))].filter(
    (text): text is string => text !== undefined,
  );
}
