import type { Body } from "./body.ts";

/** One HTTP exchange, below everything that knows of Kubernetes. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the exchange at any time, also while its body is read. */
  readonly signal: AbortSignal;
  /** Called when a connection is there, right before the first byte; what it throws ends the exchange. */
  readonly beforeSend?: () => void;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

export interface HttpConnection {
  send(request: HttpRequest): Promise<HttpResponse>;
  /** A request got no answer in time: find out whether the peer is still there. */
  checkPeer(): void;
  /** Lets go of the present connection, at once or when its streams have ended; the next request opens another. */
  renew(mode: "destroy" | "drain", reason: string): void;
  close(): void;
}

/** What TLS needs; read anew for every connection, so that a rotated CA or client certificate is picked up. */
export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  /** False only where the kubeconfig says `insecure-skip-tls-verify`. */
  readonly rejectUnauthorized?: boolean;
}

/** The server can't have acted on the request: it never got it, or said so. */
export class NotProcessedError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "NotProcessedError";
  }
}

/** Not even a connection came about. */
export class ConnectError extends NotProcessedError {}

/** Whether the server acted on the request isn't known. */
export class BrokenExchangeError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "BrokenExchangeError";
  }
}

/** `promise`, but no longer than the signal allows. The promise itself goes on for others. */
export async function within<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener("abort", onAbort);
  }
}
