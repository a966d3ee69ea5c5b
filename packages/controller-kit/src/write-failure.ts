import {
  isApiError,
  isConflict,
  isForbidden,
  isInvalid,
  isNamespaceTerminating,
  isNotFound,
  isQuotaExceeded,
} from "./errors.ts";
import type { DesiredObject, WriteFailure, WriteFailureReason } from "./plan.ts";
import type { ObjectRef } from "./resource.ts";

/** How soon a failure is worth another try: `soon` when it says nothing about the object, `later` when somebody must act. */
export type Retry = "soon" | "later";

const retries: Readonly<Record<WriteFailureReason, Retry>> = {
  Conflict: "soon",
  Unavailable: "soon",
  NameConflict: "later",
  Forbidden: "later",
  QuotaExceeded: "later",
  Invalid: "later",
  NamespaceTerminating: "later",
};

export function retryOf(reason: WriteFailureReason): Retry {
  return retries[reason];
}

export function refOf(desired: DesiredObject): ObjectRef {
  const { namespace = "", name = "" } = desired.object.metadata ?? {};
  return { kind: desired.kind.kind, namespace, name };
}

/** What a failed request means for an object; errors that aren't the API server's are thrown on. */
export function writeFailure(ref: ObjectRef, error: unknown): WriteFailure {
  if (!isApiError(error)) throw error;
  return { ref, reason: reasonOf(error), message: `${ref.kind} ${ref.name}: ${error.message}` };
}

function reasonOf(error: unknown): WriteFailureReason {
  if (isQuotaExceeded(error)) return "QuotaExceeded";
  if (isNamespaceTerminating(error)) return "NamespaceTerminating";
  if (isForbidden(error)) return "Forbidden";
  if (isInvalid(error)) return "Invalid";
  // Not found while writing: the object, its namespace or its kind went away since we looked.
  if (isConflict(error) || isNotFound(error)) return "Conflict";
  return "Unavailable";
}
