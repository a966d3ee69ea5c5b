import type { Logger } from "pino";
import type { ApiClient, Name } from "./client.ts";
import { type Clock, sleep } from "./clock.ts";
import { isAlreadyExists, isConflict, isNotFound } from "./errors.ts";
import { type Lease, type LeaseSpec, leaseKind } from "./lease.ts";
import { microTime } from "./micro-time.ts";

/** A write was about to happen in a process that isn't, or no longer surely is, the leader. */
export class NotLeadingError extends Error {
  constructor() {
    super("this process doesn't hold the Lease");
    this.name = "NotLeadingError";
  }
}

/** A watch of the one Lease, so that a standby needs neither to ask nor to wait when the leader lets go. */
export interface LeaseWatch {
  /** False while nobody would be told of a change: then the elector asks. */
  readonly isLive: () => boolean;
  /** `onChange` gets the Lease as it is now, or nothing when it is gone. */
  readonly subscribe: (onChange: (lease: Lease | undefined) => void) => void;
}

export interface LeaderElectionOptions {
  /** Best one with a connection of its own: a renewal must not wait behind other requests. */
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly lease: Name;
  /** Unique per process, for example pod name and a random part. */
  readonly identity: string;
  readonly watch?: LeaseWatch;
  /** How long others wait after the last sign of life. Default 15 s, as in controller-runtime; so are the next two. */
  readonly leaseDurationMs?: number;
  /** A leader that couldn't renew for so long stops; below the lease's duration. Default 10 s. */
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
  readonly onLeading: () => void;
  /** Not called on `release`. */
  readonly onLost: (reason: string) => void;
}

interface Observed {
  readonly lease: Lease | undefined;
  /** Local time of the last change of its record: other machines' clocks are never compared with ours. */
  readonly since: number;
}

/** Leader election over a Lease: one process at a time leads; a released Lease is taken over at once. */
export class LeaderElector {
  readonly #options: LeaderElectionOptions;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #stop = new AbortController();
  #observed: Observed | undefined;
  #leading = false;
  /** Local time at which the last successful renewal was sent. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #tickedAt: number;
  #cancelDeadline: (() => void) | undefined;
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 2_000;
    this.#tickedAt = options.clock.monotonic();
  }

  get isLeading(): boolean {
    return this.#leading && this.#options.clock.monotonic() - this.#renewedAt < this.#renewDeadlineMs;
  }

  /** Whether the election still runs; says nothing about who leads or whether the API server answers. */
  get isAlive(): boolean {
    return this.#options.clock.monotonic() - this.#tickedAt < 2 * this.#leaseDurationMs;
  }

  /**
   * The fence before each write. Others may lead as soon as the lease's duration has passed since the last renewal, so a
   * process that was stopped for a while must find out before it writes, not at its next renewal.
   * @throws NotLeadingError
   */
  assertLeading(): void {
    if (!this.isLeading) throw new NotLeadingError();
  }

  start(): void {
    this.#options.watch?.subscribe((lease) => {
      // A leader knows better: the watch is behind its own renewals.
      if (this.#leading) return;
      this.#observe(lease);
      this.#wake.abort();
    });
    this.#loop = this.#run();
  }

  /** Stops taking part and, when leading, lets the next one lead at once. Writes must have ended before. */
  async release(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
    this.#cancelDeadline?.();
    this.#leading = false;
    try {
      await this.#letGo(this.#observed?.lease);
    } catch (error) {
      this.#options.log.warn({ err: error }, "lease not released: the next leader waits until it expires");
    }
  }

  async #letGo(lease: Lease | undefined): Promise<void> {
    const { clock, client, log, identity, lease: name } = this.#options;
    const bounded = { timeoutMs: this.#retryPeriodMs };
    if (lease?.spec?.holderIdentity !== identity) return;
    const now = microTime(clock.date());
    // A duration of 0 is refused.
    const spec: LeaseSpec = {
      ...lease.spec,
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: now,
      renewTime: now,
    };
    try {
      await client.replace(leaseKind, { ...lease, spec }, bounded);
      log.info("lease released");
    } catch (error) {
      // A renewal that was cut off may have come through all the same.
      if (!isConflict(error)) throw error;
      const current = await client.get(leaseKind, name, bounded);
      if (current.metadata?.resourceVersion !== lease.metadata?.resourceVersion) await this.#letGo(current);
    }
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      this.#tickedAt = clock.monotonic();
      this.#wake = new AbortController();
      try {
        await (this.#leading ? this.#renew() : this.#tryToLead());
      } catch (error) {
        log.warn({ err: error, leading: this.#leading }, "leader election: the API server didn't answer as it should");
      }
      if (this.#stop.signal.aborted) return;
      await sleep(clock, this.#pauseMs(), this.#wake.signal);
    }
  }

  /** Until the next look: the retry period, or earlier when the holder's time is up before. */
  #pauseMs(): number {
    const { clock, random, watch } = this.#options;
    if (this.#leading) return this.#retryPeriodMs;
    const jittered = this.#retryPeriodMs * (1 + 0.2 * random());
    const expiry = this.#expiresAt() - clock.monotonic();
    return watch?.isLive() && expiry > 0 ? Math.min(jittered, expiry) : jittered;
  }

  async #tryToLead(): Promise<void> {
    const { client, lease: name, watch } = this.#options;
    if (this.#observed === undefined || !watch?.isLive()) {
      try {
        this.#observe(await client.get(leaseKind, name, this.#request()));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        this.#observe(undefined);
      }
    }
    const lease = this.#observed?.lease;
    if (lease?.spec?.holderIdentity && this.#options.clock.monotonic() < this.#expiresAt()) return;
    await this.#take(lease);
  }

  async #take(lease: Lease | undefined): Promise<void> {
    const { client, clock, lease: name, identity } = this.#options;
    const sentAt = clock.monotonic();
    const now = microTime(clock.date());
    const transitions = lease?.spec?.leaseTransitions ?? 0;
    const spec: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#leaseDurationMs / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: lease === undefined ? 0 : transitions + 1,
    };
    const body: Lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { ...name }, ...lease, spec };
    try {
      const taken =
        lease === undefined
          ? await client.create(leaseKind, body, this.#request())
          : await client.replace(leaseKind, body, this.#request());
      this.#hold(taken, sentAt);
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error) && !isNotFound(error)) throw error;
      // Somebody was faster, or the Lease was deleted: look again next time.
      this.#observed = undefined;
    }
  }

  async #renew(): Promise<void> {
    const { client, clock, identity, lease: name } = this.#options;
    const lease = this.#observed?.lease;
    const sentAt = clock.monotonic();
    const spec: LeaseSpec = { ...lease?.spec, holderIdentity: identity, renewTime: microTime(clock.date()) };
    try {
      this.#hold(await client.replace(leaseKind, { ...lease, spec }, this.#request()), sentAt);
      return;
    } catch (error) {
      if (isNotFound(error)) return this.#take(undefined);
      if (!isConflict(error)) throw error;
    }
    // Somebody wrote the Lease: a label, or another leader.
    const current = await client.get(leaseKind, name, this.#request());
    if (current.spec?.holderIdentity !== identity)
      this.#lose(`${current.spec?.holderIdentity || "nobody"} holds the Lease`);
    else this.#observe(current);
  }

  #hold(lease: Lease, sentAt: number): void {
    const { clock, log, onLeading, identity } = this.#options;
    this.#observe(lease);
    this.#renewedAt = sentAt;
    this.#cancelDeadline?.();
    const left = sentAt + this.#renewDeadlineMs - clock.monotonic();
    this.#cancelDeadline = clock.after(left, () => this.#lose("it could not be renewed in time"));
    if (this.#leading || this.#stop.signal.aborted) return;
    this.#leading = true;
    log.info({ identity }, "leading");
    onLeading();
  }

  #lose(reason: string): void {
    if (!this.#leading) return;
    this.#leading = false;
    this.#cancelDeadline?.();
    this.#stop.abort();
    this.#wake.abort();
    this.#options.log.error({ reason }, "lease lost");
    this.#options.onLost(reason);
  }

  #observe(lease: Lease | undefined): void {
    const record = ({ spec }: Lease) => JSON.stringify([spec?.holderIdentity, spec?.renewTime, spec?.leaseTransitions]);
    const before = this.#observed;
    const same = before?.lease !== undefined && lease !== undefined && record(before.lease) === record(lease);
    this.#observed = { lease, since: same ? before.since : this.#options.clock.monotonic() };
  }

  #expiresAt(): number {
    const { lease, since } = this.#observed ?? {};
    if (since === undefined) return Number.NEGATIVE_INFINITY;
    return since + (lease?.spec?.leaseDurationSeconds ?? this.#leaseDurationMs / 1000) * 1000;
  }

  /** An answer that comes after the deadline is of no use. */
  #request(): { signal: AbortSignal; timeoutMs: number } {
    return { signal: this.#stop.signal, timeoutMs: this.#renewDeadlineMs / 2 };
  }
}
