import { waveNames } from "./load.ts";
import { round } from "./percentiles.ts";
import { type Figures, total } from "./processes.ts";
import { type BySize, type Results, targetsOf } from "./results.ts";
import { renderTable, type TableCell } from "./table.ts";

/** Every figure as tables, with a heading each. */
export function renderReport(results: Results): string {
  return [
    machine(results),
    converge(results),
    writes(results),
    topology(results),
    load(results),
    rollout(results),
    rest(results),
    databases(results),
    react(results),
    memory(results),
    targets(results),
  ]
    .filter((part) => part !== undefined)
    .join("\n\n");
}

function section(title: string, head: readonly string[], rows: readonly (readonly TableCell[])[]): string {
  return `## ${title}\n\n${renderTable(head, rows)}`;
}

function machine({ machine: { cpu, cores, memoryGiB, platform, node, kubernetes } }: Results): string {
  return `${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}, Kubernetes ${kubernetes}`;
}

function converge({ converge: bySize }: Results): string | undefined {
  if (bySize === undefined) return undefined;
  const head = ["clusters", "pods", "seconds", "settled", "baseline", "ratio", "unexplained s", "CPU s/cluster"];
  const more = ["server CPU ratio", "others %", "in baseline %", "load before", "after"];
  const rows = Object.entries(bySize).map(([size, each]) => [
    Number(size),
    each.pods,
    round(each.seconds),
    round(each.settledSeconds),
    round(each.baselineSeconds),
    round(each.ratio),
    round(each.unexplainedSeconds),
    round(each.cpuSecondsPerCluster, 3),
    round(each.serverCpuRatio),
    percent(each.othersShare),
    percent(each.baselineOthersShare),
    ...each.loadAverage,
  ]);
  return section("converge", [...head, ...more], rows);
}

function percent(share: number | undefined): number | undefined {
  return share === undefined ? undefined : round(share * 100, 0);
}

function writes({ writes: bySize }: Results): string | undefined {
  if (bySize === undefined) return undefined;
  const head = ["clusters", "kind", "objects", "spec", "per object", "most", "status", "per object", "most"];
  const rows = Object.entries(bySize).flatMap(([size, counts]) =>
    counts.map((count) => [
      Number(size),
      count.resource,
      count.objects,
      count.spec,
      round(count.specPerObject),
      count.mostSpec,
      count.status,
      round(count.statusPerObject),
      count.mostStatus,
    ]),
  );
  return section("writes", head, rows);
}

function topology({ topology: bySize }: Results): string | undefined {
  if (bySize === undefined) return undefined;
  const head = ["clusters", "keys", "writes", "per cluster", "puts", "per key", "most", "requests", "per cluster"];
  const rows = Object.entries(bySize).map(([size, { keys, writes, puts, mostPuts, requests }]) => [
    Number(size),
    keys,
    writes,
    round(writes / Number(size)),
    puts,
    round(puts / keys),
    mostPuts,
    requests,
    round(requests / Number(size)),
  ]);
  return section("topology", head, rows);
}

function load({ load: result }: Results): string | undefined {
  if (result === undefined) return undefined;
  const head = [
    "edit",
    "clusters",
    "workloads",
    "applied s",
    "bare",
    "running s",
    "bare",
    "settled s",
    "writes/workload",
  ];
  const rows = waveNames.map((name) => {
    const { operator, bare } = result[name];
    return [
      name,
      result.clusters,
      operator.workloads,
      round(operator.appliedSeconds),
      round(bare.appliedSeconds),
      round(operator.runningSeconds),
      round(bare.runningSeconds),
      round(operator.settledSeconds),
      round(operator.writesPerWorkload),
    ];
  });
  return section("load", head, rows);
}

function rollout({ rollout: result }: Results): string | undefined {
  if (result === undefined) return undefined;
  const head = ["clusters", "pods", "replaced", "seconds", "most down in a shard", "most clusters at once"];
  const rows = [{ clusters: 1, ...result.alone }, result].map((each) => [
    each.clusters,
    each.pods,
    each.replaced,
    round(each.seconds),
    each.mostDownInShard,
    each.mostClustersAtOnce,
  ]);
  return section("rollout", head, rows);
}

function databases({ databases: result }: Results): string | undefined {
  if (result === undefined) return undefined;
  const { clusters, databases, pods, seconds, requests, watches, leaseRequests, perClusterMinute, seen } = result;
  const head = ["clusters", "databases", "pods", "seconds", "API requests", "watches", "Lease requests"];
  const each = perClusterMinute;
  return [
    section("databases", head, [[clusters, clusters * databases, pods, seconds, requests, watches, leaseRequests]]),
    section(
      "databases: per cluster and minute",
      ["API requests", "multiadmin: lists", "statuses", "others", "topology requests"],
      [[each.requests, each.lists, each.statuses, each.others, each.topologyRequests].map((value) => round(value))],
    ),
    ...(requests + watches > 0
      ? [section("databases: what was requested", ["request", "count"], Object.entries(seen))]
      : []),
  ].join("\n\n");
}

function rest({ rest: bySize }: Results): string | undefined {
  if (bySize === undefined) return undefined;
  const head = ["clusters", "window", "seconds", "writes", "reads", "reads/cluster", "Lease requests"];
  const rows = Object.entries(bySize).flatMap(([size, { converged, restarted }]) =>
    Object.entries({ converged, "after a restart": restarted }).map(([name, window]) => [
      Number(size),
      name,
      window.seconds,
      window.writes,
      window.reads,
      round(window.readsPerCluster),
      window.leaseRequests,
    ]),
  );
  const edits = Object.entries(bySize).map(([size, { edits }]) => [
    Number(size),
    ...Object.values(edits).map((seconds) => (seconds === undefined ? undefined : round(seconds))),
  ]);
  const names = Object.keys(Object.values(bySize)[0]?.edits ?? {});
  const seen = Object.entries(bySize).flatMap(([size, { converged, restarted }]) =>
    Object.entries({ ...converged.requests, ...restarted.requests }).map(([request, count]) => [
      Number(size),
      request,
      count,
    ]),
  );
  return [
    section("rest", head, rows),
    section("rest: seconds of one edit per controller afterwards", ["clusters", ...names], edits),
    ...(seen.length > 0 ? [section("rest: what was requested", ["clusters", "request", "count"], seen)] : []),
  ].join("\n\n");
}

function react({ react: result }: Results): string | undefined {
  if (result === undefined) return undefined;
  const { clusters, edits, p50Ms, p99Ms, bareP50Ms, bareP99Ms } = result;
  return section(
    "react",
    ["clusters", "edits", "p50 ms", "p99 ms", "bare p50 ms", "bare p99 ms", "p50 ratio", "p99 ratio", "p99 / bare p50"],
    [
      [
        clusters,
        edits,
        ...[p50Ms, p99Ms, bareP50Ms, bareP99Ms].map((value) => round(value, 1)),
        ...[p50Ms / bareP50Ms, p99Ms / bareP99Ms, p99Ms / bareP50Ms].map((value) => round(value)),
      ],
    ],
  );
}

function memory({ memory: result }: Results): string | undefined {
  if (result === undefined) return undefined;
  const { idle, withClusters, peak, peakResident } = result;
  const columns: [string, Figures][] = [
    ...(idle ? [["idle", idle] as [string, Figures]] : []),
    ...columnsOf("at", withClusters),
    ...columnsOf("peak at", peak),
    ...columnsOf("peak RSS at", peakResident),
  ];
  const names = Object.keys(columns[0]?.[1] ?? {}).sort();
  const rows: TableCell[][] = names.map((name) => [
    name,
    ...columns.map(([, figures]) => (figures[name] === undefined ? undefined : round(figures[name], 1))),
  ]);
  rows.push(["all", ...columns.map(([, figures]) => round(total(figures), 1))]);
  return section("memory: anonymous, MiB", ["controller", ...columns.map(([title]) => title)], rows);
}

function columnsOf(title: string, bySize: BySize<Figures>): [string, Figures][] {
  return Object.entries(bySize).map(([size, figures]) => [`${title} ${size}`, figures]);
}

function targets(results: Results): string {
  const rows = targetsOf(results).map(({ name, value, limit, met }) => [name, round(value), limit, met ? "yes" : "NO"]);
  return section("targets", ["figure", "value", "at most", "met"], rows);
}
