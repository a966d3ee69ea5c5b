import type { ApiClient } from "./client.ts";
import type { Clock } from "./clock.ts";
import { isNotFound } from "./errors.ts";
import { microTime } from "./micro-time.ts";
import { ObjectBudget } from "./object-budget.ts";
import type { EventDraft } from "./plan.ts";
import { apiVersionOf } from "./client/resource-path.ts";
import type { KubernetesObject, ResourceKind } from "./resource.ts";

/** corev1.ObjectReference, as far as Events need it. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Where controllers leave Events. Nothing here waits or throws: an Event is never worth a failed reconcile. */
export interface EventRecorder {
  /** Something happened just now: each call is an occurrence of its own. */
  happened(regarding: Regarding, draft: EventDraft): void;
  /**
   * What is the case at present, told again on each reconcile: an Event when a draft is new, none while it stays. One
   * that had gone and comes back counts as another occurrence.
   * @param told the drafts were reported earlier, by a process before this one
   */
  present(regarding: Regarding, drafts: readonly EventDraft[], told: boolean): void;
  /** The object is gone. */
  forget(uid: string): void;
}

/** events.k8s.io/v1 Event. */
export interface KubernetesEvent extends KubernetesObject {
  eventTime: string;
  reportingController: string;
  reportingInstance: string;
  action: string;
  reason: string;
  type: string;
  note: string;
  regarding: Regarding;
  series?: { count: number; lastObservedTime: string };
}

export const eventKind: ResourceKind<KubernetesEvent> = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
};

export function regardingOf(kind: ResourceKind, object: KubernetesObject): Regarding {
  const { namespace = "", name = "", uid = "" } = object.metadata ?? {};
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, namespace, name, uid };
}

export interface RecorderOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** For example `multigres.com/cell-controller`. */
  readonly controller: string;
  /** The pod's name. */
  readonly instance: string;
  /** Distinguishes names of Events on one object. */
  readonly uniqueId: () => string;
  /** Throws when another process leads: Events are writes too. */
  readonly assertLeading: () => void;
  readonly onError: (error: unknown) => void;
}

/** An Event that was sent, for counting its repeats. */
interface Series {
  readonly namespace: string;
  readonly name: string;
  count: number;
}

// The API server drops Events after an hour; a repeat after that starts anew.
const seriesLifeMs = 3_000_000;
const noteLimitBytes = 1024;

// As client-go's spam filter: no object floods the API server with Events.
const eventsAtOnce = 25;
const nextEventMs = 300_000;

export class ApiEventRecorder implements EventRecorder {
  readonly #options: RecorderOptions;
  readonly #budget: ObjectBudget;
  readonly #series = new Map<string, { readonly since: number; readonly sent: Promise<Series | undefined> }>();
  /** Keys of the drafts that are the case at present, by UID. */
  readonly #present = new Map<string, ReadonlySet<string>>();
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#budget = new ObjectBudget(options.clock, eventsAtOnce, nextEventMs);
  }

  happened(regarding: Regarding, draft: EventDraft): void {
    // The queue is in memory: when the API server is away, new Events give way to old ones.
    if (this.#queued >= 1000 || !this.#budget.take(regarding.uid)) return;
    const key = keyOfDraft(regarding, draft);
    const known = this.#series.get(key);
    const since = this.#options.clock.monotonic();
    const alive = known !== undefined && since - known.since < seriesLifeMs;
    const sent = this.#enqueue(async () => {
      const series = alive ? await known.sent : undefined;
      return (series && (await this.#repeat(series))) ?? (await this.#create(regarding, draft));
    });
    this.#series.delete(key);
    this.#series.set(key, { since: alive ? known.since : since, sent });
    if (this.#series.size > 4096) {
      const [oldest] = this.#series.keys();
      if (oldest !== undefined) this.#series.delete(oldest);
    }
  }

  present(regarding: Regarding, drafts: readonly EventDraft[], told: boolean): void {
    const before = this.#present.get(regarding.uid);
    const keys = new Set<string>();
    for (const draft of drafts) {
      const key = keyOfDraft(regarding, draft);
      if (keys.has(key)) continue;
      keys.add(key);
      const isNew = before === undefined ? !told : !before.has(key);
      if (isNew) this.happened(regarding, draft);
    }
    this.#present.set(regarding.uid, keys);
  }

  forget(uid: string): void {
    this.#present.delete(uid);
  }

  /** Resolves when everything recorded so far was sent or given up. */
  async flush(): Promise<void> {
    await this.#tail;
  }

  #enqueue<T>(send: () => Promise<T>): Promise<T | undefined> {
    this.#queued += 1;
    const result = this.#tail
      .then(send)
      .catch((error: unknown) => {
        this.#options.onError(error);
        return undefined;
      })
      .finally(() => {
        this.#queued -= 1;
      });
    this.#tail = result;
    return result;
  }

  async #create(regarding: Regarding, draft: EventDraft): Promise<Series> {
    const { client, clock, controller, instance, uniqueId, assertLeading } = this.#options;
    const { namespace } = regarding;
    const name = `${regarding.name.slice(0, 220)}.${uniqueId().slice(0, 16)}`;
    assertLeading();
    await client.create(eventKind, {
      apiVersion: apiVersionOf(eventKind),
      kind: eventKind.kind,
      metadata: { namespace, name },
      eventTime: microTime(clock.date()),
      reportingController: controller,
      reportingInstance: instance.slice(0, 128),
      action: draft.action,
      reason: draft.reason,
      type: draft.type,
      note: cut(draft.note),
      regarding,
    });
    return { namespace, name, count: 1 };
  }

  /** Counts one more; nothing when the Event is gone. */
  async #repeat(series: Series): Promise<Series | undefined> {
    const { client, clock, assertLeading } = this.#options;
    const { namespace, name } = series;
    assertLeading();
    try {
      const patch = { series: { count: series.count + 1, lastObservedTime: microTime(clock.date()) } };
      await client.mergePatch(eventKind, { namespace, name }, patch);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
    series.count += 1;
    return series;
  }
}

function keyOfDraft(regarding: Regarding, draft: EventDraft): string {
  return JSON.stringify([regarding.uid, draft.type, draft.reason, draft.action, draft.note]);
}

function cut(note: string): string {
  if (Buffer.byteLength(note) <= noteLimitBytes) return note;
  const bytes = Buffer.from(note).subarray(0, noteLimitBytes - 3);
  // A character may be cut in two at the end.
  return `${new TextDecoder().decode(bytes).replace(/\uFFFD+$/, "")}…`;
}
