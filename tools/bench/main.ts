import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { logFromNow, printResults, runProgram } from "../command-line/program.ts";
import { baseline, converge } from "./converge.ts";
import { databases, databasesPerCluster } from "./databases.ts";
import { bareWave, operatorWave, type WaveName, waveNames } from "./load.ts";
import { describeMachine, loadAverage } from "./machine.ts";
import { type Benchmark, type BenchOptions, parseOptions, usage } from "./options.ts";
import { memory, PeakMemory, total } from "./processes.ts";
import { react } from "./react.ts";
import { renderReport } from "./report.ts";
import { rest } from "./rest.ts";
import { type ConvergeResult, type MemoryResult, type Results, targetsOf, type WaveResult } from "./results.ts";
import { rollout } from "./rollout.ts";
import { openOperatorTestbed, openTestbed } from "./testbed.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Run {
  readonly options: BenchOptions;
  readonly log: (line: string) => void;
  readonly wants: (...benchmarks: readonly Benchmark[]) => boolean;
  readonly results: Writable<Results>;
}

/** Two fresh control planes, one after the other: what the operator does on the first, a bare client does on the second. */
async function pair(run: Run, size: number): Promise<ConvergeResult> {
  const { log, options, results, wants } = run;
  const before = loadAverage();
  const waves: readonly WaveName[] =
    isLargest(run, size) && wants("load") && results.load === undefined ? waveNames : [];
  log(`${size} clusters: the operator`);
  const { done, operatorWaves } = await (async () => {
    await using bed = await openOperatorTestbed(options.profile === undefined ? { log } : profiled(run, size));
    const done = await converge(bed, size);
    log(`${size} clusters: available after ${done.seconds.toFixed(1)} s`);
    const operatorWaves = new Map<WaveName, WaveResult["operator"]>();
    for (const name of waves) operatorWaves.set(name, await operatorWave(bed, name, size));
    return { done, operatorWaves };
  })();
  log(`${size} clusters: the baseline`);
  const { base, bareWaves } = await (async () => {
    await using bed = await openTestbed({ log });
    const base = await baseline(bed, done.recordings, done.pods);
    log(`${size} clusters: the same pods Ready after ${base.seconds.toFixed(1)} s`);
    const bareWaves = new Map<WaveName, WaveResult["bare"]>();
    for (const name of waves) bareWaves.set(name, await bareWave(bed, name, size));
    return { base, bareWaves };
  })();

  if (wants("writes")) results.writes = { ...results.writes, [size]: done.writes };
  if (wants("topology")) results.topology = { ...results.topology, [size]: done.topology };
  const wave = (name: WaveName): WaveResult => {
    const [operator, bare] = [operatorWaves.get(name), bareWaves.get(name)];
    if (operator === undefined || bare === undefined) throw new Error(`${name} wasn't measured`);
    return { operator, bare };
  };
  if (waves.length > 0) results.load = { clusters: size, template: wave("template"), gateways: wave("gateways") };
  const ratio = done.seconds / base.seconds;
  return {
    seconds: done.seconds,
    settledSeconds: done.settledSeconds,
    baselineSeconds: base.seconds,
    ratio,
    ratios: [ratio],
    unexplainedSeconds: done.seconds - base.seconds,
    pods: done.pods,
    objects: base.objects,
    cpuSecondsPerCluster: total(done.cpuSeconds) / size,
    cpuSeconds: done.cpuSeconds,
    serverCpuRatio: total(done.serverCpuSeconds) / total(base.serverCpuSeconds),
    serverCpuSeconds: done.serverCpuSeconds,
    baselineServerCpuSeconds: base.serverCpuSeconds,
    loadAverage: [before, loadAverage()],
    othersShare: done.othersShare,
    baselineOthersShare: base.othersShare,
  };
}

/** The round in the middle, with the ratios of all. */
async function rounds(run: Run, size: number): Promise<ConvergeResult> {
  const all: ConvergeResult[] = [];
  for (let round = 0; round < run.options.rounds; round++) all.push(await pair(run, size));
  const ratios = all.map(({ ratio }) => ratio);
  const sorted = all.toSorted((a, b) => a.ratio - b.ratio);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError("no round");
  return { ...middle, ratios };
}

/** One control plane that stays for a while: memory, a rollout, rest, reactions. */
async function stay(run: Run, size: number): Promise<void> {
  const { log, options, results, wants } = run;
  log(`${size} clusters: memory, rollout, rest and reactions`);
  await using bed = await openOperatorTestbed({ log });
  const figures: Writable<MemoryResult> = results.memory ?? { withClusters: {}, peak: {}, peakResident: {} };
  const peak = new PeakMemory(() => bed.controllerPids());
  if (wants("memory") && figures.idle === undefined) {
    await sleep(options.settleSeconds * 1000);
    figures.idle = memory(bed.controllerPids(), "anonymous");
  }
  await converge(bed, size);
  if (wants("memory")) {
    await sleep(options.settleSeconds * 1000);
    figures.withClusters = { ...figures.withClusters, [size]: memory(bed.controllerPids(), "anonymous") };
    figures.peak = { ...figures.peak, [size]: peak.peaks };
    figures.peakResident = { ...figures.peakResident, [size]: memory(bed.controllerPids(), "peakResident") };
    results.memory = figures;
  }
  peak.stop();
  if (wants("rollout") && isLargest(run, size)) {
    log("rollouts");
    results.rollout = { clusters: size, ...(await rollout(bed, size)) };
  }
  if (wants("rest")) {
    const atRest = await rest(bed, { clusters: size, seconds: options.restSeconds, log });
    results.rest = { ...results.rest, [size]: atRest };
  }
  if (wants("react") && isLargest(run, size)) {
    log(`${options.edits} edits`);
    results.react = { clusters: size, ...(await react(bed, options.edits)) };
  }
}

async function severalDatabases(run: Run, clusters: number): Promise<void> {
  run.log(`${clusters} clusters of ${databasesPerCluster} databases`);
  await using bed = await openOperatorTestbed({ log: run.log });
  run.results.databases = await databases(bed, { clusters, seconds: run.options.restSeconds, log: run.log });
}

function isLargest({ options }: Run, size: number): boolean {
  return size === options.sizes.at(-1);
}

function profiled({ log, options }: Run, size: number) {
  const profile = resolve(options.profile ?? ".", String(size));
  mkdirSync(profile, { recursive: true });
  return { log, profile };
}

async function bench(options: BenchOptions): Promise<number> {
  const results: Writable<Results> = { machine: describeMachine() };
  const run: Run = {
    options,
    results,
    wants: (...benchmarks) => benchmarks.some((each) => options.only.has(each)),
    log: logFromNow(),
  };
  for (const size of options.sizes) {
    if (run.wants("converge", "writes", "topology") || (run.wants("load") && isLargest(run, size))) {
      const measured = await rounds(run, size);
      if (run.wants("converge")) results.converge = { ...results.converge, [size]: measured };
    }
    if (run.wants("memory", "rest") || (run.wants("rollout", "react") && isLargest(run, size))) await stay(run, size);
    if (run.wants("databases") && isLargest(run, size)) await severalDatabases(run, size);
  }
  printResults(options.output, renderReport(results), { ...results, targets: targetsOf(results) });
  return 0;
}

process.exitCode = await runProgram({ usage, parse: parseOptions, run: bench });
