import { ApiError, type StatusDetails } from "../errors.ts";
import { parseRetryAfter } from "./retry.ts";

/** `metav1.Status`, as far as it is read. */
export interface Status {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

/** Reasons for answers that carry no Status, as apimachinery's NewGenericServerResponse gives them. */
const genericReasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

const longestMessage = 1024;

export interface Answer {
  readonly code: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** The error of an answer of 400 and above. */
export function fromAnswer(answer: Answer, request: string, now: Date): ApiError {
  const status = parseStatus(answer.body);
  const reason = status?.reason || genericReasons[answer.code] || "Unknown";
  const text = status?.message ?? answer.body.trim().slice(0, longestMessage);
  const retryAfterSeconds = parseRetryAfter(answer.retryAfter, now) ?? status?.details?.retryAfterSeconds;
  return new ApiError({
    code: answer.code,
    reason,
    message: text || `the server answered ${answer.code}`,
    request,
    ...(status?.details && { details: status.details }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** The error that a Status object is, for example in a watch's ERROR event. */
export function fromStatus(status: Status, request: string): ApiError {
  const code = status.code ?? 500;
  return new ApiError({
    code,
    reason: status.reason || genericReasons[code] || "Unknown",
    message: status.message || `the server reported ${code}`,
    request,
    ...(status.details && { details: status.details }),
  });
}

export function networkError(cause: unknown, request: string): ApiError {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ApiError({ code: 0, reason: "NetworkError", message: `no answer: ${text}${code}`, request, cause });
}

export function timeoutError(cause: unknown, request: string): ApiError {
  return new ApiError({ code: 0, reason: "RequestTimeout", message: "no answer in time", request, cause });
}

export function abortedError(cause: unknown, request: string): ApiError {
  return new ApiError({ code: 0, reason: "Aborted", message: "the caller gave up", request, cause });
}

export function malformedError(cause: unknown, request: string): ApiError {
  return new ApiError({ code: 0, reason: "MalformedResponse", message: "the answer is no JSON", request, cause });
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith("{")) return undefined;
  try {
    const parsed = JSON.parse(body) as Status;
    return parsed.kind === "Status" ? parsed : undefined;
  } catch {
    return undefined;
  }
}
