import type { WriteCount } from "./audit-log.ts";
import type { Databases } from "./databases.ts";
import type { OperatorWave, Wave, WaveName } from "./load.ts";
import type { Machine } from "./machine.ts";
import type { Figures } from "./processes.ts";
import type { React } from "./react.ts";
import type { Rest } from "./rest.ts";
import type { Rollout } from "./rollout.ts";
import type { TopologyCounts } from "./topology-counts.ts";

/** Everything that was measured; docs/benchmarks.md documents the keys. Maps are by number of clusters. */
export interface Results {
  readonly machine: Machine;
  readonly converge?: BySize<ConvergeResult>;
  readonly writes?: BySize<readonly WriteCount[]>;
  readonly topology?: BySize<TopologyCounts>;
  readonly load?: { readonly clusters: number } & Readonly<Record<WaveName, WaveResult>>;
  readonly memory?: MemoryResult;
  readonly rollout?: Rollout & { readonly clusters: number };
  readonly rest?: BySize<Rest>;
  readonly databases?: Databases;
  readonly react?: React & { readonly clusters: number };
}

export type BySize<T> = Readonly<Record<string, T>>;

export interface ConvergeResult {
  readonly seconds: number;
  readonly settledSeconds: number;
  readonly baselineSeconds: number;
  readonly ratio: number;
  /** Of all rounds; the rest is of the round in the middle. */
  readonly ratios: readonly number[];
  readonly unexplainedSeconds: number;
  readonly pods: number;
  readonly objects: number;
  readonly cpuSecondsPerCluster: number;
  readonly cpuSeconds: Figures;
  /** CPU of the control plane with the operator, divided by that of the baseline: says the same as `ratio` on a busy machine. */
  readonly serverCpuRatio: number;
  readonly serverCpuSeconds: Figures;
  readonly baselineServerCpuSeconds: Figures;
  /** Of the last minute, before and after. */
  readonly loadAverage: readonly [number, number];
  readonly othersShare: number | undefined;
  readonly baselineOthersShare: number | undefined;
}

export interface WaveResult {
  readonly operator: OperatorWave;
  readonly bare: Wave;
}

/** MiB by controller. */
export interface MemoryResult {
  readonly idle?: Figures;
  readonly withClusters: BySize<Figures>;
  readonly peak: BySize<Figures>;
  readonly peakResident: BySize<Figures>;
}

/** A figure and what it may be. */
export interface Target {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly met: boolean;
}

/** Kinds whose writes no object of ours explains. */
const unowned = new Set(["events"]);

/** The figures that have a limit, as far as they were measured. */
export function targetsOf(results: Results): readonly Target[] {
  const targets: Target[] = [];
  const limit = (name: string, value: number | undefined, most: number) => {
    if (value !== undefined) targets.push({ name, value, limit: most, met: value <= most });
  };
  const [size, converged] = largest(results.converge);
  limit(`converge: seconds / baseline at ${size}`, converged?.ratio, 1.5);

  const writes = Object.values(results.writes ?? {})
    .flat()
    .filter(({ resource }) => !unowned.has(resource));
  limit("writes: spec writes per object, worst kind", most(writes.map(({ specPerObject }) => specPerObject)), 1.1);
  limit("writes: status writes per CR, worst kind", most(writes.map(({ statusPerObject }) => statusPerObject)), 4);

  const written = Object.values(results.topology ?? {});
  limit("topology: puts per key", most(written.map(({ puts, keys }) => puts / keys)), 1.1);

  const { rollout } = results;
  limit(
    `rollout: seconds of ${rollout?.clusters} / of one alone`,
    rollout && rollout.seconds / rollout.alone.seconds,
    3,
  );
  limit("rollout: pods of one shard down at once", rollout?.mostDownInShard, 1);
  limit("rollout: pods replaced / pods", rollout && rollout.replaced / rollout.pods, 1);

  for (const [clusters, { converged, restarted, edits }] of Object.entries(results.rest ?? {})) {
    // Silence of a controller that does nothing at all doesn't count.
    const works = Object.values(edits).every((seconds) => seconds !== undefined);
    const counts = (value: number) => (works ? value : Number.NaN);
    limit(`rest: writes at ${clusters}`, counts(converged.writes), 0);
    limit(`rest: reads per cluster at ${clusters}`, counts(converged.readsPerCluster), 2);
    limit(`rest: writes after a restart at ${clusters}`, counts(restarted.writes), 0);
    limit(`rest: reads per cluster after a restart at ${clusters}`, counts(restarted.readsPerCluster), 2);
  }
  const { databases } = results;
  // A data plane that nobody looks at isn't cheap.
  const asked = databases && databases.perClusterMinute.lists > 0;
  const requests = asked ? databases.perClusterMinute.requests : databases && Number.NaN;
  limit(`databases: API requests per cluster and minute at ${databases?.clusters}`, requests, 2);

  const { react } = results;
  limit("react: p99 / p99 of the bare round trip", react && react.p99Ms / react.bareP99Ms, 5);

  const { memory } = results;
  const [clusters, loaded] = largest(memory?.withClusters);
  limit("memory: idle, largest controller, MiB", memory?.idle && most(Object.values(memory.idle)), 55);
  limit(`memory: at ${clusters}, largest controller, MiB`, loaded && most(Object.values(loaded)), 85);
  return targets;
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

function largest<T>(bySize: BySize<T> | undefined): readonly [string, T | undefined] {
  const sizes = Object.keys(bySize ?? {}).sort((a, b) => Number(b) - Number(a));
  return [sizes[0] ?? "", sizes[0] === undefined ? undefined : bySize?.[sizes[0]]];
}
