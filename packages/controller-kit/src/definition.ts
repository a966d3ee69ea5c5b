import type { Plan } from "./plan.ts";
import type { Key, KubernetesObject, ResourceKind } from "./resource.ts";
import type { Stores } from "./store.ts";
import type { TaskResults } from "./tasks/task.ts";

/** A kind that a controller watches besides its primary one. */
export interface Watch<T extends KubernetesObject = KubernetesObject> {
  readonly kind: ResourceKind<T>;
  /** Secondary caches are label-selected, so that memory grows with our objects and not with the cluster's. */
  readonly labelSelector?: string;
  /** Drops what nobody reads before the object is stored (managedFields are always dropped). Must not mutate. */
  readonly trim?: (object: T) => T;
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** Primary keys to reconcile when this object appears, changes or goes. Default: its controller owner, if of the primary kind. */
  readonly wakes?: (object: T, stores: Stores) => readonly Key[];
  /** False: the change wakes nobody. Default: any change of the trimmed object other than its resourceVersion. */
  readonly matters?: (before: T | undefined, after: T | undefined) => boolean;
}

export interface ReconcileContext<Settings> {
  readonly now: Date;
  readonly settings: Settings;
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/**
 * One controller: `observe` reads stores, `reconcile` decides (pure), the kit acts.
 * `P` is the primary CR, `O` what was observed of it, `S` its status, `Settings` the app's parsed environment.
 */
export interface ControllerDefinition<P extends KubernetesObject, O, S, Settings> {
  /** Also the field manager (`multigres-<name>`), the Lease and the metrics label; for example `cell-controller`. */
  readonly name: string;
  readonly primary: ResourceKind<P>;
  readonly primaryIndexes?: Readonly<Record<string, (object: P) => readonly string[]>>;
  readonly watches: readonly Watch[];
  /** True: its status mostly repeats what statuses of children say, which were held back already. */
  readonly relaysStatuses?: boolean;
  /** Checks an object from the cache. On `ok: false` the kit writes `malformed`'s status and an Event and goes on with others. */
  readonly parse: (object: KubernetesObject) => Parsed<P>;
  readonly malformed: (object: P, message: string, context: ReconcileContext<Settings>) => S;
  /** `results`: of the tasks that earlier plans asked for. */
  readonly observe: (object: P, stores: Stores, results: TaskResults) => O;
  readonly reconcile: (observed: O, context: ReconcileContext<Settings>) => Plan<S>;
}

/** Helper that keeps type inference for a list of watches of different kinds. */
export function watch<T extends KubernetesObject>(definition: Watch<T>): Watch {
  return definition as unknown as Watch;
}
