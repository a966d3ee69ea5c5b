import type { ShardScript } from "./script.ts";

/** A pool pod as the API server shows it, and what its arguments call its pooler. */
export interface SeenPod {
  readonly podName: string;
  readonly uid: string;
  readonly cell: string;
  /** The service id. */
  readonly name: string;
  readonly ready: boolean;
}

interface Member extends SeenPod {
  /** When this pod, or the one before it of its name, became ready. */
  readyAt: number | undefined;
  /** It has been ready for long enough once. */
  joined: boolean;
  gone: boolean;
}

interface Leadership {
  readonly member: Member;
  readonly uid: string;
  readonly term: number;
}

/** An election needs two, as every durability policy does. */
const quorum = 2;

/** A shard's consensus as far as it can be seen from outside: as quick as told, and never wrong. */
export class SimulatedShard {
  readonly key: { readonly database: string; readonly tableGroup: string; readonly shard: string };
  readonly #members = new Map<string, Member>();
  #leadership: Leadership | undefined;
  /** Records of primaries that died without a word, with their terms. */
  readonly #stale = new Map<string, number>();
  #term = 0;
  #vacantSince = Number.NEGATIVE_INFINITY;
  /** Who led last. A successor is somebody else: its pod may be replaced and ready between two looks at the pods. */
  #predecessor: string | undefined;

  constructor(key: SimulatedShard["key"]) {
    this.key = key;
  }

  /** Takes note of what has happened to the pods, and elects. */
  see(pods: readonly SeenPod[], script: ShardScript, now: number): void {
    for (const pod of pods) this.#seePod(pod, script, now);
    const present = new Set(pods.map(({ podName }) => podName));
    for (const member of this.#members.values()) {
      if (!present.has(member.podName)) Object.assign(member, { gone: true, ready: false, joined: false, uid: "" });
    }
    for (const podName of this.#stale.keys()) {
      const member = this.#members.get(podName);
      if (member === undefined || member.gone || member.ready) this.#stale.delete(podName);
    }
    this.#loseDeadPrimary(now);
    if (script.primary !== undefined) this.#appoint(script.primary);
    else this.#elect(script, now);
  }

  #seePod(pod: SeenPod, { joinMs = 0 }: ShardScript, now: number): void {
    const before = this.#members.get(pod.podName);
    const isSame = before?.uid === pod.uid;
    const readyAt = pod.ready ? (isSame && before.ready ? before.readyAt : now) : undefined;
    const joined = (isSame && before.joined) || (readyAt !== undefined && now - readyAt >= joinMs);
    const member = before ?? { ...pod, readyAt, joined, gone: false };
    Object.assign(member, pod, { readyAt, joined, gone: false });
    this.#members.set(pod.podName, member);
  }

  #loseDeadPrimary(now: number): void {
    if (this.#leadership === undefined) return;
    const { member, uid, term } = this.#leadership;
    if (member.ready && member.uid === uid) return;
    if (member.uid === uid) this.#stale.set(member.podName, term);
    this.#predecessor = member.podName;
    this.#leadership = undefined;
    this.#vacantSince = now;
  }

  #appoint(podName: string | null): void {
    if (podName === this.#leadership?.member.podName) return;
    const member = podName === null ? undefined : this.#members.get(podName);
    this.#leadership = member && { member, uid: member.uid, term: ++this.#term };
  }

  #elect({ electionMs = 0, ...script }: ShardScript, now: number): void {
    if (this.#leadership !== undefined || now - this.#vacantSince < electionMs) return;
    const able = this.cohort(script).filter(({ ready }) => ready);
    if (able.length < quorum) return;
    const member = able.find(({ podName }) => podName !== this.#predecessor);
    if (member === undefined) return;
    this.#leadership = { member, uid: member.uid, term: ++this.#term };
  }

  get primary():
    | { readonly podName: string; readonly cell: string; readonly name: string; readonly term: number }
    | undefined {
    return this.#leadership && { ...this.#leadership.member, term: this.#leadership.term };
  }

  /** Null: there is nobody to switch to. */
  switchPrimary(script: ShardScript, now: number): SeenPod | null | undefined {
    if (this.#leadership === undefined) return undefined;
    const { member } = this.#leadership;
    if (this.followers(script).length === 0) return null;
    this.#leadership = undefined;
    this.#vacantSince = now;
    this.#predecessor = member.podName;
    return { ...member };
  }

  /** Everybody that ever was there, in the order of their names. */
  get members(): readonly Readonly<Member>[] {
    return [...this.#members.values()].sort((a, b) => (a.podName < b.podName ? -1 : 1));
  }

  cohort({ notFollowing = [], notInCohort = [] }: ShardScript): readonly Readonly<Member>[] {
    const excluded = new Set([...notFollowing, ...notInCohort]);
    return this.members.filter(({ joined, gone, podName }) => joined && !gone && !excluded.has(podName));
  }

  followers({ notFollowing = [] }: ShardScript): readonly Readonly<Member>[] {
    const { primary } = this;
    return this.members.filter(
      ({ ready, podName }) => ready && podName !== primary?.podName && !notFollowing.includes(podName),
    );
  }

  /** By which term a member's record calls it primary, if it does. */
  claimOf(podName: string, { alsoPrimary }: ShardScript): number | undefined {
    if (podName === this.primary?.podName) return this.primary.term;
    if (podName === alsoPrimary) return Math.max(0, this.#term - 1);
    return this.#stale.get(podName);
  }
}
