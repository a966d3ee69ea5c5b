import { setTimeout as sleep } from "node:timers/promises";
import { apply, RefusedEditError } from "./apply.ts";
import { nameOf } from "./edits/edit.ts";
import { nextEdit } from "./edits/next-edit.ts";
import { type Done, type FaultTargets, killController, killPod, pauseComponent, pauseController } from "./faults.ts";
import type { Fleet } from "./fleet.ts";
import { Random } from "./random.ts";
import { type Action, type ActionKind, actionKinds, schedule } from "./schedule.ts";

/** Does what the schedule says, and counts. */
export class Campaign {
  readonly done: Readonly<Record<ActionKind, number>>;
  readonly edits: Record<string, number> = {};
  /** Edits that the API server wouldn't have. */
  readonly refused: string[] = [];
  readonly #done: Record<ActionKind, number>;
  readonly #targets: FaultTargets;
  readonly #log: (line: string) => void;
  #fleet: Fleet;
  /** Components can be held once at a time, and edits are made one after another. */
  readonly #turns = new Map<ActionKind, Promise<unknown>>();

  constructor(targets: FaultTargets, fleet: Fleet, log: (line: string) => void) {
    this.#targets = targets;
    this.#fleet = fleet;
    this.#log = log;
    this.#done = Object.fromEntries(actionKinds.map((kind) => [kind, 0])) as Record<ActionKind, number>;
    this.done = this.#done;
  }

  /** As it was applied last. */
  get fleet(): Fleet {
    return this.#fleet;
  }

  /** Resolves when everything was done and nothing is held any more; rejects when it is aborted. */
  async run(seed: number, minutes: number, signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    const under = new Set<Promise<void>>();
    for (const action of schedule(seed, minutes)) {
      await sleep(Math.max(0, action.atSeconds * 1000 - (performance.now() - startedAt)), undefined, { signal });
      const doing: Promise<void> = this.#do(action).finally(() => under.delete(doing));
      under.add(doing);
    }
    await Promise.all(under);
  }

  async #do({ kind, seed }: Action): Promise<void> {
    const before = this.#turns.get(kind) ?? Promise.resolve();
    const mine = before.then(() => this.#act(kind, new Random(seed)));
    this.#turns.set(
      kind,
      mine.catch(() => undefined),
    );
    try {
      const what = await mine;
      if (what === undefined) return;
      this.#done[kind] += 1;
      this.#log(`${kind}: ${what}`);
    } catch (error) {
      this.#log(`${kind} failed: ${String(error)}`);
    }
  }

  #act(kind: ActionKind, random: Random): Done {
    const targets = this.#targets;
    switch (kind) {
      case "edit":
        return this.#edit(random);
      case "pod kill":
        return killPod(targets, random);
      case "controller kill":
        return killController(targets, random);
      case "controller pause":
        return pauseController(targets, random);
      case "etcd pause":
        return pauseComponent(targets, targets.plane.component("etcd"), "etcd", random);
      case "topology pause":
        return pauseComponent(targets, targets.topology, "topology", random);
      case "API server pause":
        return pauseComponent(targets, targets.plane.component("kube-apiserver"), "API server", random);
    }
  }

  async #edit(random: Random): Done {
    const { kind, manifest, what, fleet } = nextEdit(this.#fleet, random);
    try {
      await apply(this.#targets.plane, manifest);
    } catch (error) {
      if (!(error instanceof RefusedEditError)) throw error;
      this.refused.push(`${nameOf(manifest)}, ${what}: ${error.message}`);
      return undefined;
    }
    this.#fleet = fleet;
    this.edits[kind] = (this.edits[kind] ?? 0) + 1;
    return `${nameOf(manifest)}: ${what}`;
  }
}
