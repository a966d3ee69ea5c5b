import type { Machine } from "../bench/machine.ts";
import { renderTable } from "../bench/table.ts";
import type { Violation } from "./judge/judge.ts";
import type { ActionKind } from "./schedule.ts";

export interface ChaosResults {
  readonly machine: Machine;
  readonly seed: number;
  readonly minutes: number;
  readonly clusters: number;
  /** Seconds until all clusters were as wanted, before anything was done to them. */
  readonly startSeconds: number;
  /** The same after everything was done; absent: they never were. */
  readonly recoverySeconds?: number;
  /** How often each was done. */
  readonly actions: Readonly<Record<ActionKind, number>>;
  /** Edits by kind. */
  readonly edits: Readonly<Record<string, number>>;
  /** Edits that the API server refused, and why. */
  readonly refusedEdits: readonly string[];
  /** How often a controller ended, and how; see `ControllerEnd`. */
  readonly controllerEnds: Readonly<Record<string, number>>;
  /** Answers 4xx and 5xx to the operator. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What the watcher saw. */
  readonly facts: number;
  readonly invariants: readonly { readonly invariant: string; readonly judged: number; readonly broken: number }[];
  readonly violations: readonly Violation[];
  readonly volumes: { readonly seen: number; readonly lost: readonly string[] };
  /** How clusters differ from their specs in the end. */
  readonly differences: readonly string[];
  /** Objects of others that aren't as they were. */
  readonly changedBystanders: readonly string[];
  /** Whether the operator came to rest. */
  readonly quiet: boolean;
}

/** Whether all is as it has to be. */
export function isSound(results: ChaosResults): boolean {
  return findings(results).length === 0;
}

/** Everything that isn't as it has to be, in lines. */
function findings(results: ChaosResults): readonly string[] {
  const { violations, volumes, differences, changedBystanders, quiet, recoverySeconds, controllerEnds } = results;
  return [
    ...violations.flatMap(({ at, invariant, why, evidence }) => [
      `${new Date(at).toISOString()} broken: ${invariant}: ${why}`,
      ...(evidence === undefined ? [] : [`    ${evidence}`]),
    ]),
    ...volumes.lost.map((volume) => `lost: PVC ${volume}`),
    ...differences.map((difference) => `not as wanted: ${difference}`),
    ...(recoverySeconds === undefined && differences.length === 0 ? ["not as wanted in time"] : []),
    ...changedBystanders.map((bystander) => `changed: ${bystander}`),
    ...(controllerEnds["crashed"] ? [`controllers crashed: ${controllerEnds["crashed"]} times`] : []),
    ...(quiet ? [] : ["the operator doesn't come to rest"]),
  ];
}

export function renderReport(results: ChaosResults): string {
  const { actions, invariants, volumes, edits } = results;
  const wrong = findings(results);
  return [
    `seed ${results.seed}: ${results.clusters} clusters, ${results.minutes} minutes; ${describe(results.machine)}`,
    renderTable(["done", "times"], Object.entries(actions)),
    renderTable(
      ["edits", "times"],
      Object.entries(edits).sort(([, a], [, b]) => b - a),
    ),
    renderTable(
      ["invariant", "judged", "broken"],
      [
        ...invariants.map(({ invariant, judged, broken }) => [invariant, judged, broken]),
        ["in the end every PVC ever seen is there", volumes.seen, volumes.lost.length],
      ],
    ),
    renderTable(
      ["figure", "value"],
      [
        ["first start of all clusters, s", results.startSeconds],
        ["recovery of all clusters, s", results.recoverySeconds],
        ["facts seen by the watcher", results.facts],
        ...Object.entries(results.controllerEnds).map(([how, times]) => [`controllers ended: ${how}`, times]),
        ...Object.entries(results.refusals).map(([code, times]) => [`answers ${code} to the operator`, times]),
        ["edits refused by the API server", results.refusedEdits.length],
      ],
    ),
    ...results.refusedEdits.map((edit) => `refused: ${edit}`),
    ...wrong,
    wrong.length === 0 ? "all clusters are as wanted, and no invariant was broken" : `${wrong.length} lines of trouble`,
  ].join("\n\n");
}

function describe({ platform, cores, memoryGiB, node, kubernetes }: Machine): string {
  return `${platform}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, Kubernetes ${kubernetes}`;
}
