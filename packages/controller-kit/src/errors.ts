/** One finding of the API server inside a failed request (`Status.details.causes`). */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  /** Path of the field, for example `spec.replicas`. */
  readonly field?: string;
}

/** `metav1.StatusDetails`. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/**
 * Why no answer came, in place of the server's reason. The code of such an error is 0.
 *
 * - `NetworkError`: refused, reset or cut connection, after the transport's own retries.
 * - `RequestTimeout`: no complete answer within the request's time.
 * - `Aborted`: the caller's signal fired.
 * - `MalformedResponse`: an answer that isn't what the API promises, for example no JSON.
 */
export type NoAnswerReason = "NetworkError" | "RequestTimeout" | "Aborted" | "MalformedResponse";

export interface ApiErrorFields {
  /** HTTP status; 0 when no usable answer came. */
  readonly code: number;
  /** `Status.reason` (`NotFound`, `Conflict`, …), or a `NoAnswerReason` when the code is 0. */
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
  readonly retryAfterSeconds?: number;
  /** For example `PUT /apis/apps/v1/namespaces/a/deployments/b`. */
  readonly request?: string;
  readonly cause?: unknown;
}

/** A failed request to the API server; every verb of `ApiClient` rejects with it and with nothing else. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails;
  /** How long the server asks to wait, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  readonly request: string | undefined;

  constructor(fields: ApiErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.name = "ApiError";
    this.code = fields.code;
    this.reason = fields.reason;
    this.details = fields.details ?? {};
    this.retryAfterSeconds = fields.retryAfterSeconds ?? fields.details?.retryAfterSeconds;
    this.request = fields.request;
  }

  get causes(): readonly StatusCause[] {
    return this.details.causes ?? [];
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

function has(error: unknown, matches: (error: ApiError) => boolean): error is ApiError {
  return isApiError(error) && matches(error);
}

export function isNotFound(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 404);
}

/** A create of a name that is taken. The code 409 alone would also say so of a conflict. */
export function isAlreadyExists(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 409 && e.reason === "AlreadyExists");
}

/** A stale resourceVersion, a precondition that no longer holds or another field manager's field: observe again. */
export function isConflict(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 409 && e.reason !== "AlreadyExists");
}

export function isUnauthorized(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 401);
}

/** Also true of an exceeded quota and of a namespace that is going away; ask for those first. */
export function isForbidden(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 403);
}

/** A ResourceQuota refused the object. The server marks it by its message only. */
export function isQuotaExceeded(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 403 && e.message.includes("exceeded quota"));
}

/** Nothing can be created in a namespace that is being deleted. */
export function isNamespaceTerminating(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 403 && e.causes.some((cause) => cause.reason === "NamespaceTerminating"));
}

/** The object itself is refused (schema, CEL, admission policy, immutable field): repeating can't help. */
export function isInvalid(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 422 || e.code === 400 || e.code === 413);
}

/** The resourceVersion is too old for a list or watch (410 `Expired` or `Gone`). */
export function isGone(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 410);
}

export function isTooManyRequests(error: unknown): error is ApiError {
  return has(error, (e) => e.code === 429);
}

/** The request's own time ran out, here (code 0) or at the server (504 `Timeout`). */
export function isTimeout(error: unknown): error is ApiError {
  return has(error, (e) => e.reason === "RequestTimeout" || e.code === 504);
}

/** The caller gave up, for example because the controller stops. */
export function isAborted(error: unknown): error is ApiError {
  return has(error, (e) => e.reason === "Aborted");
}

/** The server can't be reached, is overloaded or broken: says nothing about the object, later may go well. */
export function isUnavailable(error: unknown): error is ApiError {
  return has(error, (e) => (e.code === 0 && e.reason !== "Aborted") || e.code === 429 || e.code >= 500);
}
