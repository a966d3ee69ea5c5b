import type { SeenObject } from "./facts.ts";

interface Incarnation {
  readonly uid: string;
  readonly podSpec?: string;
  /** In whole seconds. */
  readonly createdAt: number;
  /** When it was seen first. */
  readonly seenAt: number;
  /** Times in which it was ready; the last one may go on. */
  readonly ready: ReadyTime[];
  endedAt?: number;
}

interface ReadyTime {
  /** As the pod tells it, in whole seconds. */
  readonly since: number;
  /** When it was seen. */
  readonly seenAt: number;
  to?: number;
}

/** What became of the pods of one name, one after another. */
export class PodLife {
  readonly #all: Incarnation[] = [];
  /** When somebody asked for a new status. */
  readonly #statusWrites: number[] = [];

  see({ uid, podSpec, createdAt, ready, isDeleting }: SeenObject, at: number): void {
    const known = this.#all.find((each) => each.uid === uid);
    const pod: Incarnation = known ?? { uid, podSpec, createdAt, seenAt: at, ready: [] };
    if (known === undefined) this.#all.push(pod);
    if (isDeleting) return endOf(pod, at);
    if (pod.endedAt !== undefined || ready === undefined) return;
    const last = pod.ready.at(-1);
    const wasReady = last !== undefined && last.to === undefined;
    if (ready.is && !wasReady) pod.ready.push({ since: ready.since, seenAt: at });
    if (!ready.is && wasReady) last.to = ready.since;
  }

  statusWrittenAt(at: number): void {
    this.#statusWrites.push(at);
  }

  /** Somebody deleted the pod of this name: which one isn't told, and creation is told in whole seconds. */
  deletedAt(at: number): void {
    const pod = this.#all.find(({ seenAt, endedAt }) => seenAt <= at && (endedAt === undefined || endedAt >= at));
    if (pod) endOf(pod, at);
  }

  /** The pod of this name at a time. */
  at(time: number): Readonly<Incarnation> | undefined {
    return this.#all.find(({ createdAt, endedAt }) => createdAt <= time && (endedAt === undefined || endedAt >= time));
  }

  /** Whether a pod of this name was ready at a time, and had been for `forMs`. */
  wasReady(time: number, forMs = 0): boolean {
    return this.#all.some(({ ready }) =>
      ready.some((each) => this.#from(each) + forMs <= time && (each.to === undefined || each.to >= time)),
    );
  }

  /** The write that made it ready is the last one before that was seen. */
  #from({ since, seenAt }: ReadyTime): number {
    return this.#statusWrites.findLast((at) => at >= since && at <= seenAt) ?? since;
  }

  /** Since when no pod of this name had been ready at a time at which none was; undefined: none ever was. */
  notReadySince(time: number): number | undefined {
    const ends = this.#all.flatMap(({ ready }) => ready.flatMap(({ to }) => to ?? [])).filter((to) => to <= time);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }
}

/** The earliest word of it counts. */
function endOf(pod: Incarnation, at: number): void {
  pod.endedAt = Math.min(pod.endedAt ?? at, at);
  for (const time of pod.ready) time.to = Math.min(time.to ?? at, at);
}
