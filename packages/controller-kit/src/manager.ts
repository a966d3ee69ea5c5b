import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Caches } from "./caches.ts";
import type { ApiClient } from "./client.ts";
import { type Clock, sleep, systemClock } from "./clock.ts";
import type { KitSettings } from "./config.ts";
import { ControllerLoop } from "./controller-loop.ts";
import type { ControllerDefinition } from "./definition.ts";
import { PlanExecutor } from "./executor.ts";
import { LeaderElector, type LeaseWatch, NotLeadingError } from "./leader-election.ts";
import type { Metrics } from "./metrics.ts";
import { ObjectBudget } from "./object-budget.ts";
import { primaryChanged } from "./primary-changed.ts";
import { WorkQueue } from "./queue.ts";
import { createReconciler } from "./reconciler.ts";
import { ApiEventRecorder } from "./recorder.ts";
import { type KubernetesObject, keyOf } from "./resource.ts";
import { type HttpServer, startHttpServer } from "./server.ts";
import { wokenBy } from "./wakes.ts";
import { ownPace, relayPace, StatusPace } from "./status-pace.ts";
import { TaskRunner } from "./tasks/task-runner.ts";
import { WriteRecords } from "./write-records.ts";
import { StatusWriter } from "./write-status.ts";

/** What a manager is given; `runController` makes all of it from the environment. */
export interface ManagerOptions<P extends KubernetesObject, O, S, Settings> {
  readonly definition: ControllerDefinition<P, O, S, Settings>;
  readonly settings: Settings;
  readonly kit: KitSettings;
  /** What `TaskContext` hands on. */
  readonly kubernetesCluster: string;
  readonly client: ApiClient;
  /** Best one with a connection of its own, so that a renewal never waits behind other requests. */
  readonly leaseClient: ApiClient;
  readonly leaseWatch?: LeaseWatch;
  readonly caches: Caches;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly uniqueId?: () => string;
  /** How long reconciles under way may go on when the manager stops. Default 10 s. */
  readonly drainMs?: number;
}

/** One running controller. */
export interface Manager {
  /** Resolves when the probes are served; lists, watches and the election go on by themselves. */
  start(): Promise<void>;
  /** Ordered stop: not ready, no new work, drain, let the Lease go. Resolves when nothing is left running. */
  stop(): Promise<void>;
  /** Resolves with the reason when the Lease was lost: nothing is written any more, and the process should end. */
  readonly lost: Promise<string>;
  readonly isLeading: boolean;
  readonly isReady: boolean;
  /** For transports: throws unless this process may write. */
  assertLeading(): void;
  readonly ports: { readonly metrics: number; readonly health: number } | undefined;
}

// Events are worth a short wait at the end, not a late hand-over.
const flushMs = 500;

// Enough for a person who tries it several times; two controllers that fight over an object are slowed down.
const revertsAtOnce = 10;
const nextRevertMs = 10_000;

/** Name of the Lease, the field manager and the user agent of a controller. */
export function managerNameOf(definition: { readonly name: string }): string {
  return `multigres-${definition.name}`;
}

export function createManager<P extends KubernetesObject, O, S, Settings>(
  options: ManagerOptions<P, O, S, Settings>,
): Manager {
  const { definition, kit, client, caches, metrics, clock = systemClock, random = Math.random } = options;
  const { uniqueId = randomUUID, drainMs = 10_000 } = options;
  const name = managerNameOf(definition);
  const log = options.log.child({ controller: definition.name });
  let reportLoss: (reason: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    reportLoss = resolve;
  });
  let stopping = false;
  let server: HttpServer | undefined;

  const elector = kit.LEADER_ELECTION
    ? new LeaderElector({
        client: options.leaseClient,
        clock,
        random,
        log,
        lease: { namespace: kit.POD_NAMESPACE, name },
        identity: `${kit.POD_NAME}_${uniqueId()}`,
        ...(options.leaseWatch && { watch: options.leaseWatch }),
        onLeading: () => void begin(),
        onLost: (reason) => {
          loop.abort(new NotLeadingError());
          tasks.stop();
          reportLoss(reason);
        },
      })
    : undefined;
  const assertLeading = () => elector?.assertLeading();

  const recorder = new ApiEventRecorder({
    client,
    clock,
    controller: `multigres.com/${definition.name}`,
    instance: kit.POD_NAME,
    uniqueId: () => uniqueId().replaceAll("-", ""),
    assertLeading,
    onError: (error) => {
      if (!(error instanceof NotLeadingError)) log.warn({ err: error }, "an Event could not be sent");
    },
  });
  const records = new WriteRecords();
  const reverts = new ObjectBudget(clock, revertsAtOnce, nextRevertMs);
  const queue = new WorkQueue({ clock, random, observer: metrics.queue });
  const status = new StatusWriter({
    pace: new StatusPace(clock, definition.relaysStatuses ? relayPace : ownPace),
    lookAgain: (key, ms) => queue.addAfter(key, ms),
  });
  const watches = new Map(definition.watches.map((watch) => [watch.kind.kind, watch]));
  const watched = new Set([definition.primary.kind, ...watches.keys()]);
  const executor = new PlanExecutor({
    isWatched: (kind) => watched.has(kind.kind),
    cached: (kind, key) => (watched.has(kind.kind) ? caches.of(kind).get(key) : undefined),
  });
  const tasks = new TaskRunner({
    settings: options.settings,
    kubernetesCluster: options.kubernetesCluster,
    clock,
    random,
    log,
    observer: metrics.task,
    wake: (key) => queue.add(key),
    assertLeading,
  });
  const reconcile = createReconciler({
    definition,
    settings: options.settings,
    stores: caches,
    tasks,
    executor,
    status,
    now: () => clock.date(),
    write: {
      client,
      fieldManager: name,
      records,
      recorder,
      observer: metrics.write,
      assertLeading,
      mayRevert: (uid) => reverts.take(uid),
      remember: (kind, object) => {
        if (watched.has(kind.kind)) caches.putFromWrite(kind, object);
      },
      forget: (kind, key, uid) => {
        if (watched.has(kind.kind)) caches.removeFromWrite(kind, key, uid);
      },
    },
  });
  const loop = new ControllerLoop({
    name: definition.name,
    queue,
    reconcile,
    clock,
    log: options.log,
    observer: metrics.reconcile,
    reconcileId: uniqueId,
    workers: kit.WORKERS,
  });

  caches.onChange((kind, before, after) => {
    if (before !== undefined && before.metadata?.uid !== after?.metadata?.uid) forget(before.metadata?.uid ?? "");
    if (kind === definition.primary.kind && primaryChanged(before, after)) {
      const object = after ?? before;
      if (object !== undefined) queue.add(keyOf(object));
    }
    const watch = watches.get(kind);
    if (watch === undefined) return;
    try {
      for (const key of wokenBy(watch, before, after, definition.primary, caches)) queue.addBatched(key);
    } catch (error) {
      log.error({ err: error, kind }, "a watch's mapping threw: this is a fault in the controller");
    }
  });

  function forget(uid: string): void {
    records.forget(uid);
    status.forget(uid);
    recorder.forget(uid);
  }

  async function begin(): Promise<void> {
    await caches.whenSynced;
    if (stopping) return;
    log.info("reconciling");
    loop.start();
  }

  const ready = () => {
    if (stopping) return "stopping";
    const { unsynced, problems } = caches;
    const waiting = unsynced.length > 0 ? [`no list yet of ${unsynced.join(", ")}`] : [];
    return [...waiting, ...problems].join("; ") || undefined;
  };

  metrics.observe({ queue, isLeading: () => elector?.isLeading ?? true, cached: () => caches.sizes() });

  return {
    lost,
    assertLeading,
    get isLeading() {
      return elector?.isLeading ?? true;
    },
    get isReady() {
      return ready() === undefined;
    },
    get ports() {
      return server && { metrics: server.metricsPort, health: server.healthPort };
    },

    async start() {
      server = await startHttpServer({
        metricsPort: kit.METRICS_PORT,
        healthPort: kit.HEALTH_PORT,
        healthy: () => (elector?.isAlive === false ? "the leader election has stopped" : undefined),
        ready,
        metrics: () => metrics.registry.metrics(),
      });
      log.info({ metricsPort: server.metricsPort, healthPort: server.healthPort }, "started");
      caches.start();
      void caches.whenSynced.then(() => log.info(Object.fromEntries(caches.sizes()), "caches are filled"));
      if (elector) elector.start();
      else void begin();
    },

    async stop() {
      stopping = true;
      log.info("stopping");
      await loop.stop(drainMs);
      tasks.stop();
      queue.close();
      const flushed = new AbortController();
      await Promise.race([recorder.flush(), sleep(clock, flushMs, flushed.signal)]);
      flushed.abort();
      await elector?.release();
      caches.stop();
      metrics.stop();
      await server?.close();
      log.info("stopped");
    },
  };
}
