import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { ReconcileObserver } from "./controller-loop.ts";
import type { TaskObserver } from "./tasks/task-runner.ts";
import type { QueueObserver, WorkQueue } from "./queue.ts";
import type { TransportObserver } from "./transport/observer.ts";
import type { WriteObserver } from "./write-context.ts";

/** What the metrics read when they are scraped. */
interface MetricSources {
  readonly queue: Pick<WorkQueue, "depth" | "running" | "runningMs">;
  readonly isLeading: () => boolean;
  /** Cached objects by kind. */
  readonly cached: () => ReadonlyMap<string, number>;
}

export interface Metrics {
  readonly registry: Registry;
  readonly queue: QueueObserver;
  readonly reconcile: ReconcileObserver;
  readonly write: WriteObserver;
  readonly task: TaskObserver;
  readonly transport: TransportObserver;
  watchRestarted(kind: string, reason: string): void;
  observe(sources: MetricSources): void;
  stop(): void;
}

const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const queueBuckets = Array.from({ length: 12 }, (_, exponent) => 10 ** (exponent - 8));
const requestBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60];

/**
 * Metrics under controller-runtime's names and labels, so that existing dashboards and alerts work, and ours
 * (`multigres_*`) beside them.
 * @param controller for example `cell-controller`
 * @param workers how many reconciles may be under way
 */
export function createMetrics(controller: string, workers: number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const label = { controller };
  const queueLabels = { name: controller, controller };

  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[], buckets: number[]) =>
    new Histogram({ name, help, labelNames: [...labelNames], buckets, registers });

  const byController = ["controller"] as const;
  const total = counter("controller_runtime_reconcile_total", "Reconciles by result", ["controller", "result"]);
  const errors = counter("controller_runtime_reconcile_errors_total", "Reconciles that failed", byController);
  const terminal = counter(
    "controller_runtime_terminal_reconcile_errors_total",
    "Reconciles that failed and aren't tried again",
    byController,
  );
  const panics = counter("controller_runtime_reconcile_panics_total", "Reconciles that threw", byController);
  const timeouts = counter("controller_runtime_reconcile_timeouts_total", "Reconciles cut off", byController);
  const conflicts = counter("multigres_reconcile_conflicts_total", "Reconciles ended by a conflict", byController);
  const time = histogram(
    "controller_runtime_reconcile_time_seconds",
    "Length of a reconcile",
    byController,
    reconcileBuckets,
  );
  const maxConcurrent = gauge("controller_runtime_max_concurrent_reconciles", "Number of workers", byController);
  const active = gauge("controller_runtime_active_workers", "Workers at work", byController);
  for (const result of ["success", "error", "requeue", "requeue_after"]) total.inc({ controller, result }, 0);
  for (const metric of [errors, terminal, panics, timeouts, conflicts]) metric.inc(label, 0);
  maxConcurrent.set(label, workers);
  active.set(label, 0);

  const queueNames = ["name", "controller"] as const;
  const depth = gauge("workqueue_depth", "Keys waiting for a worker", ["name", "controller", "priority"]);
  const adds = counter("workqueue_adds_total", "Keys added", queueNames);
  const retries = counter("workqueue_retries_total", "Keys added again after a failure", queueNames);
  const waited = histogram("workqueue_queue_duration_seconds", "Time a key waits", queueNames, queueBuckets);
  const worked = histogram("workqueue_work_duration_seconds", "Time a key is worked on", queueNames, queueBuckets);
  const unfinished = gauge("workqueue_unfinished_work_seconds", "Time spent on keys under way", queueNames);
  const longest = gauge("workqueue_longest_running_processor_seconds", "Longest time on one key", queueNames);
  adds.inc(queueLabels, 0);
  retries.inc(queueLabels, 0);

  const requests = counter("rest_client_requests_total", "Requests to the API server", ["code", "method", "host"]);
  const requestTime = histogram(
    "rest_client_request_duration_seconds",
    "Time of a request",
    ["verb", "host"],
    requestBuckets,
  );
  const requestRetries = counter("multigres_request_retries_total", "Requests sent again", ["why"]);
  const connections = counter("multigres_connections_replaced_total", "Connections given up", ["reason"]);
  const throttled = histogram(
    "rest_client_rate_limiter_duration_seconds",
    "Wait for the client's own limit",
    [],
    requestBuckets,
  );

  const leading = gauge("leader_election_master_status", "1 while this process leads", ["name"]);
  const writes = counter("multigres_writes_total", "Objects written", ["kind", "verb"]);
  const suppressed = counter("multigres_writes_suppressed_total", "Writes found needless", ["kind", "verb"]);
  const tasks = counter("multigres_tasks_total", "Calls outside the API server", ["task", "result"]);
  const taskTime = histogram(
    "multigres_task_seconds",
    "Length of a call outside the API server",
    ["task"],
    requestBuckets,
  );
  const restarts = counter("multigres_watch_restarts_total", "Watches begun anew", ["kind", "reason"]);
  const cached = gauge("multigres_cached_objects", "Objects in the caches", ["kind"]);
  const lag = gauge("nodejs_eventloop_lag_seconds", "Mean delay of the event loop since the last scrape", []);
  const lagMax = gauge("nodejs_eventloop_lag_max_seconds", "Longest delay since the last scrape", []);
  const resident = gauge("process_resident_memory_bytes", "Resident memory", []);
  const cpu = gauge("process_cpu_seconds_total", "CPU time used", []);
  const started = gauge("process_start_time_seconds", "Start of the process", []);
  started.set(Math.round(Date.now() / 1000 - process.uptime()));

  // A tick every 20 ms was five sixths of the CPU time of a controller at rest.
  const tickMs = 200;
  const loop = monitorEventLoopDelay({ resolution: tickMs });
  loop.enable();

  let sources: MetricSources | undefined;
  const collect = () => {
    const seconds = (sources?.queue.runningMs ?? []).map((ms) => ms / 1000);
    depth.set({ ...queueLabels, priority: "0" }, sources?.queue.depth ?? 0);
    unfinished.set(
      queueLabels,
      seconds.reduce((sum, value) => sum + value, 0),
    );
    longest.set(queueLabels, Math.max(0, ...seconds));
    leading.set({ name: controller }, sources?.isLeading() ? 1 : 0);
    for (const [kind, count] of sources?.cached() ?? []) cached.set({ kind }, count);
    // What is measured is the time between two ticks, so their distance is no delay; nothing measured yet is NaN.
    lag.set(Math.max(0, (loop.mean || 0) / 1e9 - tickMs / 1e3));
    lagMax.set(Math.max(0, loop.max / 1e9 - tickMs / 1e3));
    loop.reset();
    resident.set(process.memoryUsage.rss());
    const usage = process.cpuUsage();
    cpu.set((usage.user + usage.system) / 1e6);
  };

  return {
    registry: withCollect(registry, collect),
    queue: {
      added: () => adds.inc(queueLabels),
      retried: () => retries.inc(queueLabels),
      started: (ms) => waited.observe(queueLabels, ms / 1000),
      finished: (ms) => worked.observe(queueLabels, ms / 1000),
    },
    reconcile: {
      started: () => active.inc(label),
      finished(result, seconds) {
        active.dec(label);
        total.inc({ controller, result });
        if (result === "error") errors.inc(label);
        time.observe(label, seconds);
      },
      panicked: () => panics.inc(label),
      timedOut: () => timeouts.inc(label),
      conflicted: () => conflicts.inc(label),
    },
    write: {
      written: (kind, verb) => writes.inc({ kind, verb }),
      suppressed: (kind, verb) => suppressed.inc({ kind, verb }),
    },
    task: {
      finished(task, result, seconds) {
        tasks.inc({ task, result });
        taskTime.observe({ task }, seconds);
      },
    },
    transport: {
      onRequest({ method, verb, host, code, seconds }) {
        requests.inc({ code, method, host });
        requestTime.observe({ verb, host }, seconds);
      },
      onRetry: ({ why }) => requestRetries.inc({ why }),
      onConnectionReplaced: (reason) => connections.inc({ reason }),
      onThrottled: (ms) => throttled.observe(ms / 1000),
    },
    watchRestarted: (kind, reason) => restarts.inc({ kind, reason }),
    observe(given) {
      sources = given;
    },
    stop: () => loop.disable(),
  };
}

/** Gauges that are read from elsewhere are set once per scrape, not once per metric. */
function withCollect(registry: Registry, collect: () => void): Registry {
  const metrics = registry.metrics.bind(registry);
  registry.metrics = () => {
    collect();
    return metrics();
  };
  return registry;
}
