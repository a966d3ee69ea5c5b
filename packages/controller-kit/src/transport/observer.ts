/** One attempt at a request, for `rest_client_requests_total` and `rest_client_request_duration_seconds`. */
interface RequestObservation {
  /** HTTP method. */
  readonly method: string;
  /** Kubernetes verb: get, list, watch, create, update, patch, apply, delete. */
  readonly verb: string;
  readonly host: string;
  /** HTTP status, or `<error>` when no answer came, as client-go writes it. */
  readonly code: string;
  /** Until the answer's headers. */
  readonly seconds: number;
}

/** Hooks for metrics and logs. All are optional; they must not throw. */
export interface TransportObserver {
  onRequest?(observation: RequestObservation): void;
  /** An attempt failed and the request is sent again. */
  onRetry?(retry: { readonly request: string; readonly attempt: number; readonly why: string }): void;
  onConnectionReplaced?(reason: string): void;
  /** The client-side limit held a request back for so long. */
  onThrottled?(waitedMs: number): void;
}
