import { NotProcessedError } from "./http.ts";

/**
 * What a failed attempt says about the request.
 *
 * - `unprocessed`: the server can't have acted on it; any request may be sent again.
 * - `unknown`: it may have; only a request that may happen twice is sent again.
 * - `final`: sending it again can't help.
 */
export type Verdict = "unprocessed" | "unknown" | "final";

/** Judges an attempt that brought no usable answer. */
export function judgeFailure(error: unknown): Verdict {
  return error instanceof NotProcessedError ? "unprocessed" : "unknown";
}

/**
 * Judges an answer. 429 and a 503 that names a time come from the server's front door, before the request is handled;
 * a bare 503 may come from anything in between. Other answers are the caller's business.
 */
export function judgeAnswer(code: number, retryAfterSeconds: number | undefined): Verdict {
  switch (code) {
    case 429:
      return "unprocessed";
    case 503:
      return retryAfterSeconds === undefined ? "unknown" : "unprocessed";
    case 502:
      return "unknown";
    default:
      return "final";
  }
}

/** `Retry-After` in seconds; it may be a number or an HTTP date. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** How long to wait before attempt number `attempt` (2, 3, …). The server's own wish is never undercut. */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  retryAfterSeconds: number | undefined,
  random: () => number,
): number {
  const grown = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** Math.max(0, attempt - 2));
  const jittered = grown * (0.5 + random() / 2);
  return (retryAfterSeconds ?? 0) * 1000 + jittered;
}
