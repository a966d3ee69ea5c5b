import type { Logger } from "pino";
import type { Condition } from "@multigres/api-types";
import { conditionTypes, isPaused, reasons } from "@multigres/status-kit";
import type { ControllerDefinition } from "./definition.ts";
import { deletionEvents } from "./deletions.ts";
import { isApiError } from "./errors.ts";
import type { Execution, PlanExecutor } from "./executor.ts";
import { failureEvents } from "./failure-events.ts";
import { confirmedPlan } from "./owner-spec.ts";
import { objectsWhilePaused, objectsWithoutPause } from "./pause.ts";
import type { EventDraft, Plan, WriteFailure } from "./plan.ts";
import { regardingOf } from "./recorder.ts";
import type { Key, KubernetesObject } from "./resource.ts";
import type { Stores } from "./store.ts";
import type { TaskRunner } from "./tasks/task-runner.ts";
import type { WriteContext } from "./write-context.ts";
import { type Retry, retryOf, writeFailure } from "./write-failure.ts";
import { writeFinalizer } from "./write-finalizer.ts";
import type { StatusWriter } from "./write-status.ts";

interface ReconcileScope {
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * How a reconcile ended.
 *
 * - `gone`: the object doesn't exist; nothing about it needs to be remembered.
 * - `again`: something failed that another try may mend; `why` for the log.
 */
export type ReconcileResult =
  | { readonly kind: "done" }
  | { readonly kind: "gone" }
  | { readonly kind: "after"; readonly ms: number }
  | { readonly kind: "again"; readonly retry: Retry; readonly why: string };

export type Reconcile = (key: Key, scope: ReconcileScope) => Promise<ReconcileResult>;

export interface ReconcilerOptions<P extends KubernetesObject, O, S, Settings> {
  readonly definition: ControllerDefinition<P, O, S, Settings>;
  readonly settings: Settings;
  readonly stores: Stores;
  readonly tasks: Pick<TaskRunner<Settings>, "ask" | "has" | "of">;
  readonly executor: PlanExecutor;
  readonly status: StatusWriter;
  readonly write: Omit<WriteContext, "request">;
  readonly now: () => Date;
}

/** Finalizers with this prefix are ours: only they give a controller something to do on an object that is being deleted. */
const ownFinalizers = "multigres.com/";

/** One reconcile: observe, decide, execute, report. Parsing and deciding are the definition's; the rest is the same for all. */
export function createReconciler<P extends KubernetesObject, O, S, Settings>(
  options: ReconcilerOptions<P, O, S, Settings>,
): Reconcile {
  const { definition, settings, stores, tasks, executor, status } = options;

  function decide(cached: P): Plan<S> {
    const context = { now: options.now(), settings };
    const parsed = definition.parse(cached);
    if (parsed.ok) return definition.reconcile(definition.observe(parsed.value, stores, tasks), context);
    const event: EventDraft = {
      type: "Warning",
      reason: reasons.invalidObject,
      action: "Parse",
      note: `Nothing is done about this object until it is corrected: ${parsed.message}`,
    };
    const malformed = definition.malformed(cached, parsed.message, context);
    const finalizer = cached.metadata?.finalizers?.find((name) => name.startsWith(ownFinalizers));
    return {
      objects: [],
      deletions: [],
      events: [event],
      status: () => malformed,
      // What nobody can read can't be cleaned up after, and must not keep its namespace from going either.
      ...(cached.metadata?.deletionTimestamp && finalizer ? { finalizer: { name: finalizer, wanted: false } } : {}),
    };
  }

  /** While the object is paused: nothing new. What goes on all the time (reading, looking after records) goes on. */
  function allowedOf(cached: P, plan: Plan<S>) {
    const { objects, deletions, tasks: wanted = [] } = plan;
    if (isPaused(cached)) {
      return {
        objects: objectsWhilePaused(cached, objects, stores),
        deletions: [],
        tasks: wanted.filter((other) => other.kind.readsOnly || tasks.has(other)),
        held: [],
      };
    }
    const given = { objects: objectsWithoutPause(objects, stores), deletions };
    return { ...confirmedPlan(cached, definition.primary.kind, given), tasks: wanted };
  }

  return async (key, { signal, log }) => {
    const cached = stores.of(definition.primary).get(key);
    if (cached === undefined || isLeaving(cached)) {
      tasks.ask(key, []);
      return { kind: cached === undefined ? "gone" : "done" };
    }

    const regarding = regardingOf(definition.primary, cached);
    const context: WriteContext = { ...options.write, request: { signal } };
    let plan: Plan<S>;
    try {
      plan = decide(cached);
    } catch (error) {
      context.recorder.present(regarding, [faultEvent(error)], false);
      throw error;
    }
    const { held, ...allowed } = allowedOf(cached, plan);
    if (plan.finalizer?.wanted) await writeFinalizer(definition.primary, cached, plan.finalizer, context);
    tasks.ask(key, allowed.tasks);
    const { failures: failed, retry, wrote } = await executor.execute(cached, allowed, context);
    signal.throwIfAborted();
    const failures = [...failed, ...held];
    for (const { reason, message } of failures) log.warn({ reason }, message);

    // The stores show our own writes at once. A status from before them would call an older spec of a child current.
    const beganBefore = isReported(cached) || isAvailable(plan.status(failures));
    const reported = await report(cached, wrote && beganBefore ? decide(cached) : plan, failures, context);
    const refused = reported.kind === "failed" ? [...failures, reported.failure] : failures;
    const events = [...plan.events, ...deletionEvents(allowed.deletions), ...failureEvents(refused)];
    context.recorder.present(regarding, events, reported.kind === "unchanged");
    if (plan.finalizer?.wanted === false) {
      const latest = stores.of(definition.primary).get(key) ?? cached;
      await writeFinalizer(definition.primary, latest, plan.finalizer, context);
    }
    return resultOf(plan, failures, retry, reported);
  };

  async function report(
    cached: P,
    plan: Plan<S>,
    failures: readonly WriteFailure[],
    context: WriteContext,
  ): Promise<Reported> {
    try {
      const written = await status.write(definition.primary, cached, plan.status(failures), context);
      return { kind: written ? "written" : "unchanged" };
    } catch (error) {
      if (!isApiError(error) || context.request.signal?.aborted) throw error;
      const { namespace, name } = regardingOf(definition.primary, cached);
      return { kind: "failed", failure: writeFailure({ kind: definition.primary.kind, namespace, name }, error) };
    }
  }
}

type Reported =
  | { readonly kind: "written" | "unchanged" }
  | { readonly kind: "failed"; readonly failure: WriteFailure };

function resultOf(
  plan: Plan<unknown>,
  failures: readonly WriteFailure[],
  retry: Execution["retry"],
  reported: Reported,
): ReconcileResult {
  if (reported.kind === "failed") {
    const own = retryOf(reported.failure.reason);
    return { kind: "again", retry: retry ?? own, why: `status: ${reported.failure.message}` };
  }
  if (retry !== undefined) {
    return { kind: "again", retry, why: failures.map(({ message }) => message).join("; ") || "waiting for a deletion" };
  }
  return plan.requeueAfterMs === undefined ? { kind: "done" } : { kind: "after", ms: plan.requeueAfterMs };
}

function faultEvent(error: unknown): EventDraft {
  const message = error instanceof Error ? error.message : String(error);
  return {
    type: "Warning",
    reason: "ReconcileFailed",
    action: "Reconcile",
    note: `Fault in the controller: ${message}`,
  };
}

/** Whether the object has a status of ours; a CRD's default says that nothing was observed yet. */
function isReported(object: KubernetesObject & { status?: { observedGeneration?: number } }): boolean {
  return (object.status?.observedGeneration ?? 0) > 0;
}

/** A new object's first status says what was there before our writes: False comes before True, however fast the pods are. */
function isAvailable(status: unknown): boolean {
  const { conditions } = (status ?? {}) as { conditions?: readonly Condition[] };
  return conditions?.some(({ type, status: is }) => type === conditionTypes.available && is === "True") ?? false;
}

function isLeaving({ metadata }: KubernetesObject): boolean {
  if (metadata?.deletionTimestamp === undefined) return false;
  return !metadata.finalizers?.some((name) => name.startsWith(ownFinalizers));
}
