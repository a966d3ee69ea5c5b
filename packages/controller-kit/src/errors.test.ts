import { expect, it } from "vitest";
import * as errors from "./errors.ts";

const { ApiError } = errors;

function anError(code: number, reason: string, more: Partial<errors.ApiErrorFields> = {}): errors.ApiError {
  return new ApiError({ code, reason, message: reason, ...more });
}

const terminating = { details: { causes: [{ reason: "NamespaceTerminating" }] } };

it.each<[string, errors.ApiError, readonly (keyof typeof errors)[]]>([
  ["NotFound", anError(404, "NotFound"), ["isNotFound"]],
  ["AlreadyExists", anError(409, "AlreadyExists"), ["isAlreadyExists"]],
  ["Conflict", anError(409, "Conflict"), ["isConflict"]],
  ["Unauthorized", anError(401, "Unauthorized"), ["isUnauthorized"]],
  ["Forbidden", anError(403, "Forbidden"), ["isForbidden"]],
  ["a quota", anError(403, "Forbidden", { message: "exceeded quota: q" }), ["isForbidden", "isQuotaExceeded"]],
  ["a dying namespace", anError(403, "Forbidden", terminating), ["isForbidden", "isNamespaceTerminating"]],
  ["Invalid", anError(422, "Invalid"), ["isInvalid"]],
  ["BadRequest", anError(400, "BadRequest"), ["isInvalid"]],
  ["Expired", anError(410, "Expired"), ["isGone"]],
  ["TooManyRequests", anError(429, "TooManyRequests"), ["isTooManyRequests", "isUnavailable"]],
  ["a broken server", anError(500, "InternalError"), ["isUnavailable"]],
  ["a server's timeout", anError(504, "Timeout"), ["isTimeout", "isUnavailable"]],
  ["our own timeout", anError(0, "RequestTimeout"), ["isTimeout", "isUnavailable"]],
  ["the network", anError(0, "NetworkError"), ["isUnavailable"]],
  ["a caller who gave up", anError(0, "Aborted"), ["isAborted"]],
])("%s is told from all others", (_, error, wanted) => {
  const guards = Object.entries(errors).filter(([name]) => /^is(?!ApiError)/.test(name)) as [
    string,
    (error: unknown) => boolean,
  ][];
  const matching = guards.filter(([, guard]) => guard(error)).map(([name]) => name);
  expect(new Set(matching)).toEqual(new Set(wanted));
  expect(guards.some(([, guard]) => guard(new Error(error.reason)))).toBe(false);
});

it("takes the time to wait from the details if no header gave it", () => {
  expect(anError(503, "x", { details: { retryAfterSeconds: 4 } }).retryAfterSeconds).toBe(4);
});
