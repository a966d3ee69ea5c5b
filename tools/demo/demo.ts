import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Operator, runOperator } from "../operator/operator.ts";
import { firstToEnd } from "./controllers.ts";
import { type Convergence, converge } from "./converge.ts";
import { DemoError, InterruptedError } from "./errors.ts";
import { applyManifests, exampleFile, type Manifests, readManifests } from "./manifests.ts";
import { countObjects } from "./objects.ts";
import type { DemoOptions } from "./options.ts";
import { reasonsAgainst } from "./reasons.ts";
import { Screen } from "./screen.ts";
import { statusText } from "./status-text.ts";
import { existingCluster, ownControlPlane, type Target } from "./target.ts";

/** Runs the demo and returns the exit code. `interrupted` fires when the person wants it to end. Throws DemoError. */
export async function demo(options: DemoOptions, interrupted: AbortSignal): Promise<number> {
  const manifests = readManifests(options.files.length > 0 ? options.files : [exampleFile]);
  const screen = new Screen(options.output === "json" ? process.stderr : process.stdout);
  const target = await startTarget(options, screen, interrupted);
  const folder = mkdtempSync(join(tmpdir(), "multigres-demo-"));
  try {
    const operator = await startOperator(target, folder, screen);
    const failed = new AbortController();
    try {
      const signal = AbortSignal.any([interrupted, failed.signal]);
      const failure = firstToEnd(operator.controllers.values()).then((error) => {
        throw error;
      });
      return await Promise.race([present(options, manifests, target, screen, signal), failure]);
    } finally {
      failed.abort();
      screen.settle();
      if (!options.once) screen.say("stopping");
      await operator.stop();
    }
  } finally {
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startTarget({ context }: DemoOptions, screen: Screen, interrupted: AbortSignal): Promise<Target> {
  const log = (line: string) => screen.say(line);
  if (context !== undefined) return existingCluster(context, log);
  // Its programs may have to be built first, which takes minutes; whoever interrupts that doesn't want to wait for it.
  return screen.step("starting a control plane", () =>
    Promise.race([ownControlPlane(log), rejectedWhenAborted(interrupted)]),
  );
}

function startOperator({ kubectl, topology }: Target, folder: string, screen: Screen): Promise<Operator> {
  return screen.step("installing deploy/overlays/default and starting the five controllers", async () => {
    try {
      return await runOperator({ kubectl, folder, topology, env: passedEnvironment() });
    } catch (error) {
      throw new DemoError(`the controllers can't be started: ${(error as Error).message}`, { cause: error });
    }
  });
}

/** What leads controllers that run outside of the cluster to its topology servers. */
function passedEnvironment(): Record<string, string> {
  const { DIAL_OVERRIDES = "" } = process.env;
  return DIAL_OVERRIDES === "" ? {} : { DIAL_OVERRIDES };
}

async function present(
  options: DemoOptions,
  manifests: Manifests,
  target: Target,
  screen: Screen,
  interrupted: AbortSignal,
): Promise<number> {
  if (interrupted.aborted) throw new InterruptedError("interrupted");
  const { kubectl } = target;
  const wanted = await applyManifests(kubectl, manifests);
  if (!options.once) screen.say(`look around with: ${target.kubectlHint} get multigres -A`);
  const result = await converge({
    kubectl,
    wanted,
    screen,
    timeoutSeconds: options.timeoutSeconds,
    signal: interrupted,
  });
  report(result, wanted, screen);
  if (!options.once) {
    screen.say(`\nLook around with\n  ${target.kubectlHint} get multigres -A\n${target.farewell}`);
    await aborted(interrupted);
  }
  if (options.output === "json") {
    const { clusters, seconds } = result;
    const objects = await countObjects(kubectl, wanted);
    process.stdout.write(`${JSON.stringify({ clusters, objects, seconds })}\n`);
  }
  return !options.once || result.available ? 0 : 1;
}

function report(
  { clusters, objects, seconds, available }: Convergence,
  wanted: ReadonlySet<string>,
  screen: Screen,
): void {
  for (const { metadata, status = {} } of clusters) {
    screen.say(`\nstatus of ${metadata.namespace}/${metadata.name}:\n${statusText(status)}`);
  }
  if (available) screen.say(`\nAvailable after ${seconds} s`);
  else screen.say(`\nnot Available after ${seconds} s:\n${reasonsAgainst(wanted, objects).map(indented).join("\n")}`);
}

function indented(line: string): string {
  return `  ${line}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function rejectedWhenAborted(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw new InterruptedError("interrupted");
}
