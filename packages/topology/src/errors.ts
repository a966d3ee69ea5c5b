/** Base of everything that this package throws. */
export class TopologyError extends Error {
  override name = "TopologyError";
}

/**
 * Why one address gave no answer.
 *
 * - `dns`: the name doesn't resolve.
 * - `refused`: nothing listens there.
 * - `tls`: no agreement about certificates, or one side speaks no TLS.
 * - `timeout`: no complete answer in the request's time.
 * - `unavailable`: etcd answers that it can't serve now, for example without a leader.
 * - `network`: anything else on the way.
 */
export type FailureKind = "dns" | "refused" | "tls" | "timeout" | "unavailable" | "network";

export interface AddressFailure {
  /** `host:port` as it was dialled. */
  readonly address: string;
  readonly kind: FailureKind;
  readonly message: string;
}

/** No address answered, after all retries. Says nothing about the records; later may go well. */
export class UnreachableError extends TopologyError {
  override name = "UnreachableError";
  /** The last failure of each address that was tried. */
  readonly failures: readonly AddressFailure[];

  constructor(failures: readonly AddressFailure[], options?: ErrorOptions) {
    const each = failures.map(({ address, message }) => `${address}: ${message}`);
    super(`etcd can't be reached (${each.join("; ")})`, options);
    this.failures = failures;
  }
}

/** etcd refuses the request (rights, quota, size): repeating it can't help. */
export class RejectedError extends TopologyError {
  override name = "RejectedError";
  readonly address: string;
  /** HTTP status. */
  readonly status: number;
  /** gRPC code, where etcd gave one. */
  readonly code: number | undefined;

  constructor(
    answer: { address: string; status: number; code: number | undefined; message: string },
    options?: ErrorOptions,
  ) {
    super(`etcd at ${answer.address} refuses: ${answer.message}`, options);
    this.address = answer.address;
    this.status = answer.status;
    this.code = answer.code;
  }
}

/** An answer that isn't what etcd's JSON gateway promises; something else may listen there. */
export class MalformedAnswerError extends TopologyError {
  override name = "MalformedAnswerError";
}

/** Others changed the same keys each time between reading and writing. Later may go well. */
export class ContendedError extends TopologyError {
  override name = "ContendedError";
  readonly key: string;

  constructor(key: string) {
    super(`${key} changed during every attempt to write it`);
    this.key = key;
  }
}

/** The bytes of a record aren't the message that its key promises. */
export class MalformedRecordError extends TopologyError {
  override name = "MalformedRecordError";
  readonly key: string;

  constructor(key: string, options?: ErrorOptions) {
    super(`${key} holds no valid record`, options);
    this.key = key;
  }
}

/** The caller's signal fired. */
export class AbortedError extends TopologyError {
  override name = "AbortedError";
}

/** What the caller passed can't work: an address, a certificate, a name, a dial override. */
export class InvalidSettingError extends TopologyError {
  override name = "InvalidSettingError";
}
