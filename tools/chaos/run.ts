import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AuditReader, untilQuiet } from "../bench/audit-reader.ts";
import { describeMachine } from "../bench/machine.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/index.ts";
import { multiadminControl, startMultiadmin } from "../multiadmin/index.ts";
import { runOperator } from "../operator/operator.ts";
import { apply } from "./apply.ts";
import { placeBystanders } from "./bystanders.ts";
import { Campaign } from "./campaign.ts";
import { healed } from "./edits/next-edit.ts";
import { differences } from "./expectation/differences.ts";
import { readLive } from "./expectation/live.ts";
import { type Fleet, firstFleet, namespaces } from "./fleet.ts";
import type { ChaosOptions } from "./options.ts";
import { podsBySelector } from "./pods-by-selector.ts";
import type { ChaosResults } from "./report.ts";
import { Supervisor } from "./supervisor.ts";
import { startWatcher, type Watcher } from "./watcher/watcher.ts";

/** Controllers tell details of a status up to 45 s late. */
const quietSeconds = 50;
/** Nothing can be down together that is back before anybody looks. */
const podStart = { least: 500, most: 4_000 };
const startSeconds = 600;
const recoverySeconds = 900;

/** Starts everything, lets chaos reign, waits until it is repaired, and judges. `folder` exists. */
export async function run(
  { minutes, clusters, seed }: ChaosOptions,
  folder: string,
  log: (line: string) => void,
): Promise<ChaosResults> {
  mkdirSync(folder, { recursive: true });
  const plane = await startControlPlane({
    log,
    directory: folder,
    podStart,
    // In one file, however long.
    extraArguments: { "kube-apiserver": ["--audit-log-maxsize=10000"] },
  });
  const ending = new AbortController();
  const ends: (() => unknown)[] = [() => plane.stop()];
  try {
    const stand = await startMultiadmin(podsBySelector(plane));
    ends.unshift(() => stand.close());
    const multiadmin = multiadminControl(stand.url);
    const env = { DIAL_OVERRIDES: stand.dialOverride };
    const operator = await runOperator({ kubectl: plane.kubectl, folder, env });
    const supervisor = new Supervisor(operator, folder);
    ends.unshift(() => supervisor.end());
    const watcher = await startWatcher(instructions(plane, stand.url, folder), ({ at, invariant, why }) => {
      log(`BROKEN at ${new Date(at).toISOString()}: ${invariant}: ${why}`);
    });
    ends.unshift(() => watcher.stop());

    const fleet = firstFleet(clusters);
    const lookAtBystanders = await begin(plane, fleet);
    const firstSeconds = await untilAsWanted(plane, fleet, startSeconds, log);
    if (firstSeconds.seconds === undefined)
      throw new Error(`the clusters don't start: ${firstSeconds.left.join("; ")}`);
    log(`all clusters are as wanted after ${firstSeconds.seconds} s; the watcher is process ${watcher.pid}`);

    const topology = operator.topology?.etcd.component;
    if (topology === undefined) throw new Error("the operator runs without an etcd of its own");
    const actions = createWriteStream(join(folder, "actions.log"));
    const note = (line: string) => actions.write(`${new Date().toISOString()} ${line}\n`);
    const campaign = new Campaign({ plane, topology, supervisor, multiadmin, note: watcher.note }, fleet, note);
    const progress = reportProgress(campaign, watcher, log);
    await Promise.race([campaign.run(seed, minutes, ending.signal), watcher.failed]).finally(() => {
      clearInterval(progress);
      actions.end();
    });

    log("chaos is over; waiting for the clusters to recover");
    const wanted = await heal(plane, campaign.fleet);
    const recovery = await untilAsWanted(plane, wanted, recoverySeconds, log);
    log(recovery.seconds === undefined ? "they don't recover" : `recovered after ${recovery.seconds} s`);
    const isQuiet = await untilQuiet(new AuditReader(plane.auditLog), quietSeconds).then(
      () => true,
      () => false,
    );
    const live = await readLive((request) => plane.request(request));
    const { volumes, tallies, refusals, facts } = await watcher.finish();
    const there = new Set(live.map(({ metadata }) => metadata.uid));
    return {
      machine: describeMachine(),
      seed,
      minutes,
      clusters,
      startSeconds: firstSeconds.seconds,
      recoverySeconds: recovery.seconds,
      actions: campaign.done,
      edits: campaign.edits,
      refusedEdits: campaign.refused,
      controllerEnds: countEnds(supervisor),
      refusals,
      facts,
      invariants: tallies,
      violations: watcher.violations,
      volumes: {
        seen: Object.keys(volumes).length,
        lost: Object.entries(volumes).flatMap(([name, uid]) => (there.has(uid) ? [] : [name])),
      },
      differences: differences(wanted, live),
      changedBystanders: await lookAtBystanders(),
      quiet: isQuiet,
    };
  } finally {
    ending.abort();
    for (const end of ends) await end();
  }
}

function instructions(plane: ControlPlane, multiadmin: string, folder: string) {
  const { server, certificateAuthority, adminToken: token, auditLog } = plane;
  return {
    access: { server, certificateAuthority, token },
    auditLog,
    multiadmin,
    record: join(folder, "facts.jsonl"),
  };
}

async function begin(plane: ControlPlane, fleet: Fleet): Promise<() => Promise<readonly string[]>> {
  for (const name of namespaces) {
    await plane.request({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name } } });
  }
  const look = await placeBystanders(plane);
  for (const manifest of [...fleet.templates, ...fleet.clusters]) await apply(plane, manifest);
  return look;
}

async function heal(plane: ControlPlane, fleet: Fleet): Promise<Fleet> {
  const wanted = healed(fleet);
  for (const manifest of [...wanted.templates, ...wanted.clusters]) await apply(plane, manifest);
  return wanted;
}

/** What is left after the time, if anything is. */
async function untilAsWanted(
  plane: ControlPlane,
  fleet: Fleet,
  timeoutSeconds: number,
  log: (line: string) => void,
): Promise<{ readonly seconds?: number; readonly left: readonly string[] }> {
  const startedAt = performance.now();
  for (let looks = 1; ; looks++) {
    const left = await readLive((request) => plane.request(request)).then(
      (live) => differences(fleet, live),
      (error: unknown) => [String(error)],
    );
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    if (left.length === 0) return { seconds, left };
    if (seconds > timeoutSeconds) return { left };
    if (looks % 15 === 0) log(`${left.length} differences, for example: ${left[0]}`);
    await sleep(2_000);
  }
}

function reportProgress(campaign: Campaign, watcher: Watcher, log: (line: string) => void): NodeJS.Timeout {
  return setInterval(() => {
    const done = Object.entries(campaign.done).map(([kind, times]) => `${kind} ${times}`);
    const { facts, judged } = watcher.progress();
    log(`${done.join(", ")}; ${facts} facts, ${judged} judgements, ${watcher.violations.length} violations`);
  }, 30_000);
}

function countEnds({ ends }: Supervisor): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { how } of ends) counts[how] = (counts[how] ?? 0) + 1;
  return counts;
}
