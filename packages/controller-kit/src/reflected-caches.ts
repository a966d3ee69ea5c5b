import type { Logger } from "pino";
import type { CacheListener, Caches } from "./caches.ts";
import type { ControllerDefinition, Watch } from "./definition.ts";
import { createReflector, type Reflector, type ReflectorObserver } from "./reflector/reflector.ts";
import type { Key, KubernetesObject, ResourceKind } from "./resource.ts";
import type { Store } from "./store.ts";
import { createStore, type ObjectStore } from "./store/object-store.ts";
import type { Transport } from "./transport/transport.ts";

export interface CachesOptions {
  readonly transport: Transport;
  /** Empty: all namespaces. */
  readonly namespace: string;
  readonly log: Logger;
  readonly observer?: ReflectorObserver;
}

interface Cache {
  readonly store: ObjectStore<KubernetesObject>;
  readonly reflector: Reflector;
}

/** One store and one reflector for each kind that a controller reads. */
class ReflectedCaches implements Caches {
  readonly #caches: ReadonlyMap<string, Cache>;
  readonly #listeners: CacheListener[] = [];
  readonly #stop = new AbortController();
  readonly #log: Logger;
  readonly whenSynced: Promise<void>;
  #resolveSynced: () => void = () => {};

  constructor(watches: readonly Watch[], options: CachesOptions) {
    this.#log = options.log;
    this.whenSynced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
    const caches = new Map<string, Cache>();
    for (const watch of watches) {
      if (caches.has(watch.kind.kind)) throw new TypeError(`${watch.kind.kind} is watched twice`);
      caches.set(watch.kind.kind, this.#cache(watch, options));
    }
    this.#caches = caches;
  }

  get unsynced(): readonly string[] {
    return [...this.#caches].filter(([, { store }]) => !store.hasSynced).map(([kind]) => kind);
  }

  get problems(): readonly string[] {
    return [...this.#caches.values()].flatMap(({ reflector }) => reflector.problem ?? []);
  }

  start(): void {
    for (const { reflector } of this.#caches.values()) void reflector.run(this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort(new Error("the controller stops"));
  }

  onChange(listener: CacheListener): void {
    this.#listeners.push(listener);
  }

  putFromWrite(kind: ResourceKind, object: KubernetesObject): void {
    this.#of(kind.kind).store.putFromWrite(object);
  }

  removeFromWrite(kind: ResourceKind, key: Key, uid: string): void {
    this.#of(kind.kind).store.removeFromWrite(key, uid);
  }

  sizes(): ReadonlyMap<string, number> {
    return new Map([...this.#caches].map(([kind, { store }]) => [kind, store.size]));
  }

  of<T extends KubernetesObject>(kind: { readonly kind: string; readonly __object?: T }): Store<T> {
    return this.#of(kind.kind).store as unknown as Store<T>;
  }

  #of(kind: string): Cache {
    const cache = this.#caches.get(kind);
    if (cache === undefined) throw new RangeError(`${kind} isn't watched: add it to the definition's watches`);
    return cache;
  }

  #cache(watch: Watch, { transport, namespace, log, observer }: CachesOptions): Cache {
    const { kind, labelSelector, indexes, trim } = watch;
    const store = createStore<KubernetesObject>({
      ...(indexes && { indexes }),
      ...(trim && { trim }),
      onChange: (before, after) => {
        for (const listener of this.#listeners) listener(kind.kind, before, after);
      },
      onFault: ({ where, key, error }) =>
        this.#log.error({ err: error, kind: kind.kind, key }, `a ${where} threw: this is a fault in the controller`),
    });
    const reflector = createReflector({
      transport,
      kind,
      ...(namespace && kind.namespaced && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
      sink: store,
      log,
      observer: {
        onRestart: (of, reason) => observer?.onRestart?.(of, reason),
        onListed: (of, objects) => {
          observer?.onListed?.(of, objects);
          if (this.unsynced.length === 0) this.#resolveSynced();
        },
      },
    });
    return { store, reflector };
  }
}

/** The caches that a definition asks for: its primary kind and its watches. */
export function createCaches<P extends KubernetesObject, O, S, Settings>(
  definition: ControllerDefinition<P, O, S, Settings>,
  options: CachesOptions,
): Caches {
  const primary: Watch<P> = {
    kind: definition.primary,
    ...(definition.primaryIndexes && { indexes: definition.primaryIndexes }),
  };
  return new ReflectedCaches([primary as unknown as Watch, ...definition.watches], options);
}
