import { randomBytes } from "node:crypto";
import { isAborted, isAlreadyExists, isConflict, isNotFound } from "./errors.ts";
import { forEachLimited } from "./for-each-limited.ts";
import { LeavingError, NameConflictError } from "./name-conflict.ts";
import type { Deletion, DesiredObject, Plan, RandomBytes, WriteFailure } from "./plan.ts";
import { type Key, type KubernetesObject, keyOf, type ResourceKind } from "./resource.ts";
import type { WriteContext } from "./write-context.ts";
import { type Retry, refOf, retryOf, writeFailure } from "./write-failure.ts";
import { writeObject } from "./write-object.ts";
import { writePatch } from "./write-patch.ts";

export interface ExecutorOptions {
  /** Whether there is a cache of the kind. */
  readonly isWatched: (kind: ResourceKind) => boolean;
  /** The object in the cache; nothing when it isn't there or its kind isn't watched. */
  readonly cached: (kind: ResourceKind, key: Key) => KubernetesObject | undefined;
  /** Writes of one plan under way at a time. Default 8. */
  readonly concurrency?: number;
  /** Default: the operating system's. */
  readonly randomBytes?: RandomBytes;
}

export interface Execution {
  readonly failures: readonly WriteFailure[];
  /** When the plan is worth another try; nothing when all of it was done. */
  readonly retry: Retry | undefined;
  /** Whether anything was written: what was observed before is then out of date. */
  readonly wrote: boolean;
}

/**
 * Executes plans. Kinds are written one after the other, in the order in which the plan first names them, so that what
 * others need (Services, configuration) is there before them; objects of one kind are started in plan order and run side by side.
 * Deletions come last. One failing object holds back none of the others.
 */
export class PlanExecutor {
  readonly #options: ExecutorOptions;
  readonly #concurrency: number;
  /** Objects of write mode `create` that were made and that no cache shows. */
  readonly #created = new Set<string>();
  /** Names that a stranger held when last looked at. */
  readonly #conflicts = new Set<string>();
  readonly #deleted = new Set<string>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 8;
  }

  /**
   * @param owner the reconciled object
   * @throws what isn't an answer of the API server: the abort of the reconcile, a lost lease, a fault in a builder
   */
  async execute(
    owner: KubernetesObject,
    plan: Pick<Plan<unknown>, "objects" | "deletions">,
    given: WriteContext,
  ): Promise<Execution> {
    let wrote = false;
    const written: WriteContext["observer"]["written"] = (kind, verb) => {
      wrote = true;
      given.observer.written(kind, verb);
    };
    const suppressed: WriteContext["observer"]["suppressed"] = (kind, verb) => given.observer.suppressed(kind, verb);
    const context: WriteContext = { ...given, observer: { written, suppressed } };
    const failures: WriteFailure[] = [];
    let retry: Retry | undefined;
    const again = (wanted: Retry | undefined) => {
      if (retry !== "soon") retry = wanted ?? retry;
    };
    const failed = (failure: WriteFailure) => {
      failures.push(failure);
      again(retryOf(failure.reason));
    };
    for (const objects of byKind(plan.objects)) {
      await forEachLimited(objects, this.#concurrency, async (desired) => {
        try {
          again(await this.#write(owner, desired, context));
        } catch (error) {
          failed(this.#failure(desired, error, context));
        }
      });
    }
    await forEachLimited(plan.deletions, this.#concurrency, async (deletion) => {
      try {
        await this.#delete(deletion, context);
      } catch (error) {
        throwIfStopped(error, context);
        failed(writeFailure({ kind: deletion.kind.kind, namespace: deletion.namespace, name: deletion.name }, error));
      }
    });
    return { failures: inPlanOrder(failures, plan), retry, wrote };
  }

  /** @returns when to try again although nothing failed */
  async #write(owner: KubernetesObject, desired: DesiredObject, context: WriteContext): Promise<Retry | undefined> {
    const name = nameOf(desired);
    if (desired.write === "create") {
      await this.#createBlindly(`${owner.metadata?.uid ?? ""} ${name}`, desired, context);
      return undefined;
    }
    const cached = this.#options.cached(desired.kind, keyOf(desired.object));
    if (desired.write === "patch") {
      if (cached !== undefined) await writePatch(desired, cached, context);
      return undefined;
    }
    const outcome = await writeObject(desired, cached, this.#conflicts.has(name), context);
    this.#conflicts.delete(name);
    if (outcome === "held") return "later";
    // What the cache shows leaving, the cache will show gone.
    return outcome === "waiting" && cached === undefined ? "soon" : undefined;
  }

  async #createBlindly(memory: string, desired: DesiredObject, context: WriteContext): Promise<void> {
    const watched = this.#options.isWatched(desired.kind);
    const exists = watched
      ? this.#options.cached(desired.kind, keyOf(desired.object)) !== undefined
      : this.#created.has(memory);
    if (exists) {
      context.observer.suppressed(desired.kind.kind, "create");
      return;
    }
    context.assertLeading();
    try {
      const object = desired.complete?.(this.#options.randomBytes ?? randomBytes) ?? desired.object;
      const created = await context.client.create(desired.kind, object, context.request);
      context.observer.written(desired.kind.kind, "create");
      context.remember(desired.kind, created);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    if (!watched) remember(this.#created, memory);
  }

  async #delete(deletion: Deletion, context: WriteContext): Promise<void> {
    const { kind, namespace, name, uid, propagationPolicy, resourceVersion } = deletion;
    // A UID never comes back: once is enough, and the cache may show the object a while longer.
    if (this.#deleted.has(uid)) return;
    const cached = this.#options.cached(kind, `${namespace}/${name}`);
    if (cached?.metadata?.uid === uid && cached.metadata.deletionTimestamp !== undefined) return;
    context.assertLeading();
    try {
      const options = {
        ...context.request,
        uid,
        ...(propagationPolicy && { propagationPolicy }),
        ...(resourceVersion && { resourceVersion }),
      };
      await context.client.delete(kind, { namespace, name }, options);
      context.observer.written(kind.kind, "delete");
    } catch (error) {
      // Changed since it was seen: to be judged anew, when the cache shows it.
      if (isConflict(error) && resourceVersion !== undefined) return;
      // A conflict is the precondition: the name belongs to another object by now.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    remember(this.#deleted, uid);
    // Who decides next must not take it for still being there; but by "Foreground" it stays until all below it is gone.
    if (propagationPolicy !== "Foreground") context.forget(kind, `${namespace}/${name}`, uid);
  }

  #failure(desired: DesiredObject, error: unknown, context: WriteContext): WriteFailure {
    if (error instanceof NameConflictError) {
      remember(this.#conflicts, nameOf(desired));
      return { ref: refOf(desired), reason: "NameConflict", message: error.message };
    }
    // Nobody has to act, and it isn't done: as with a conflicting write.
    if (error instanceof LeavingError) return { ref: refOf(desired), reason: "Conflict", message: error.message };
    throwIfStopped(error, context);
    return writeFailure(refOf(desired), error);
  }
}

function throwIfStopped(error: unknown, context: WriteContext): void {
  if (isAborted(error) || context.request.signal?.aborted) throw error;
}

function byKind(objects: readonly DesiredObject[]): readonly (readonly DesiredObject[])[] {
  const groups = new Map<string, DesiredObject[]>();
  for (const desired of objects) {
    const group = groups.get(desired.kind.kind);
    if (group) group.push(desired);
    else groups.set(desired.kind.kind, [desired]);
  }
  return [...groups.values()];
}

function nameOf(desired: DesiredObject): string {
  return `${desired.kind.kind} ${keyOf(desired.object)}`;
}

/** Side by side writes fail in any order; a status must not change with it. */
function inPlanOrder(failures: WriteFailure[], plan: Pick<Plan<unknown>, "objects" | "deletions">): WriteFailure[] {
  const order = [
    ...plan.objects.map(nameOf),
    ...plan.deletions.map(({ kind, namespace, name }) => `${kind.kind} ${namespace}/${name}`),
  ];
  const position = ({ ref }: WriteFailure) => order.indexOf(`${ref.kind} ${ref.namespace}/${ref.name}`);
  return failures.sort((a, b) => position(a) - position(b));
}

const remembered = 50_000;

function remember(set: Set<string>, value: string): void {
  set.add(value);
  if (set.size <= remembered) return;
  const [oldest] = set;
  if (oldest !== undefined) set.delete(oldest);
}
