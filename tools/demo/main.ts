import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { MultigresCluster } from "@multigres/api-types";
import { stringify } from "yaml";
import { runOperator } from "../operator/operator.ts";
import { applyManifests, exampleFile } from "./manifests.ts";
import { clustersAmong, countKinds, readObjects } from "./objects.ts";
import { type DemoOptions, parseOptions, UsageError, usage } from "./options.ts";
import { isAvailable, reasonsAgainst } from "./reasons.ts";
import { Screen } from "./screen.ts";
import { existingCluster, ownControlPlane, type Target } from "./target.ts";
import { drawTree, type TreeObject } from "./tree.ts";

interface Result {
  readonly clusters: readonly MultigresCluster[];
  readonly objects: readonly TreeObject[];
  readonly seconds: number;
  readonly available: boolean;
}

async function demo(options: DemoOptions, interrupted: AbortSignal): Promise<number> {
  const screen = new Screen(options.output === "json" ? process.stderr : process.stdout);
  const log = (text: string) => screen.say(text);
  const target = options.context === undefined ? await ownControlPlane(log) : await existingCluster(options.context);
  const folder = mkdtempSync(join(tmpdir(), "multigres-demo-"));
  try {
    const operator = await runOperator({ kubectl: target.kubectl, folder });
    try {
      const applied = await applyManifests(target.kubectl, options.files.length > 0 ? options.files : [exampleFile]);
      const result = await converge(target, applied, options, screen, interrupted);
      if (interrupted.aborted) return 130;
      report(result, target, options, screen);
      if (!options.once) await untilAborted(interrupted);
      if (options.output === "json") {
        const { clusters, seconds } = result;
        process.stdout.write(`${JSON.stringify({ clusters, objects: countKinds(result.objects), seconds })}\n`);
      }
      return !options.once || result.available ? 0 : 1;
    } finally {
      await operator.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await target.stop();
  }
}

async function converge(
  target: Target,
  applied: { readonly namespaces: readonly string[]; readonly clusters: ReadonlySet<string> },
  options: DemoOptions,
  screen: Screen,
  interrupted: AbortSignal,
): Promise<Result> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 100) / 10;
  for (;;) {
    const objects = await readObjects(target.kubectl, applied.namespaces);
    const clusters = clustersAmong(objects, applied.clusters);
    const available = clusters.length === applied.clusters.size && clusters.every(isSettled);
    screen.draw([
      ...clusters.flatMap((cluster) => drawTree(cluster, objects, screen.color)),
      `${Math.floor(seconds())} s`,
    ]);
    const timedOut = seconds() > options.timeoutSeconds;
    if (available || timedOut || interrupted.aborted) {
      return {
        clusters,
        objects,
        seconds: seconds(),
        available: clusters.every(isAvailable) && clusters.length === applied.clusters.size,
      };
    }
    await sleep(500);
  }
}

/** Available and nothing left to do, so that the printed status is the final one. */
function isSettled(cluster: MultigresCluster): boolean {
  const progressing = cluster.status?.conditions?.find((condition) => condition.type === "Progressing");
  return isAvailable(cluster) && progressing?.status === "False";
}

function report(result: Result, target: Target, options: DemoOptions, screen: Screen): void {
  for (const cluster of result.clusters) {
    screen.say(
      `\nstatus of ${cluster.metadata.namespace}/${cluster.metadata.name}:\n${stringify(cluster.status ?? {}).trimEnd()}`,
    );
  }
  if (!result.available) {
    screen.say(`\nNot Available after ${result.seconds} s:`);
    for (const line of reasonsAgainst(result.clusters, result.objects)) screen.say(`  ${line}`);
  }
  if (!options.once)
    screen.say(`\nLook around with\n  ${target.kubectlHint} get multigres -A\nCtrl-C ends it and removes everything.`);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function main(): Promise<number> {
  // Processes of a group don't keep their owner alive, so nothing else might while we wait for one.
  const keepAlive = setInterval(() => {}, 60_000);
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupt.abort());
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === "help") {
      console.log(usage);
      return 0;
    }
    return await demo(options, interrupt.signal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  } finally {
    clearInterval(keepAlive);
  }
}

process.exitCode = await main();
