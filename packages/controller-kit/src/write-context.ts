import type { ApiClient, RequestOptions } from "./client.ts";
import type { EventRecorder } from "./recorder.ts";
import type { Key, KubernetesObject, ResourceKind } from "./resource.ts";
import type { WriteRecords } from "./write-records.ts";

type WriteVerb = "create" | "replace" | "apply" | "patch" | "status" | "delete";

/** Counts what was written, and what was found to need no write. */
export interface WriteObserver {
  written(kind: string, verb: WriteVerb): void;
  suppressed(kind: string, verb: WriteVerb): void;
}

/** What writing one object needs besides the object. */
export interface WriteContext {
  readonly client: ApiClient;
  readonly fieldManager: string;
  readonly records: WriteRecords;
  readonly recorder: EventRecorder;
  readonly observer: WriteObserver;
  /** Throws when this process may not write (any more); called right before each write. */
  readonly assertLeading: () => void;
  /** Whether a difference that somebody made to the object may be put back now; no more often than that, or two who fight would flood the API server. */
  readonly mayRevert: (uid: string) => boolean;
  /** Shows the answer of a write to readers of the cache until the watch catches up. */
  readonly remember: (kind: ResourceKind, object: KubernetesObject) => void;
  /** Hides an object that was deleted from readers of the cache until the watch catches up. */
  readonly forget: (kind: ResourceKind, key: Key, uid: string) => void;
  readonly request: RequestOptions;
}

/**
 * - `waiting`: the object is on its way out; it is written again once it is gone.
 * - `held`: it was put back too often lately; it is put back later.
 */
export type WriteOutcome = "unchanged" | "written" | "waiting" | "held";
