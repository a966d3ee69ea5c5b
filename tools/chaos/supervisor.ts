import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControllerProcess, lostItsLease, type Operator } from "../operator/operator.ts";

/** How a controller ended: by us, because it had to, or because something is wrong with it. */
export interface ControllerEnd {
  readonly controller: string;
  readonly how: "killed" | "lost its Lease" | "crashed";
}

/** Keeps controllers running as kubelets would, and lets a run kill and hold them. */
export class Supervisor {
  readonly ends: ControllerEnd[] = [];
  readonly #operator: Operator;
  readonly #folder: string;
  readonly #restartAfterMs: number;
  /** Undefined: between two processes. */
  readonly #running = new Map<string, ControllerProcess | undefined>();
  readonly #held = new Set<string>();
  readonly #killed = new Set<ControllerProcess>();
  readonly #kept: Promise<void>[];
  #isEnding = false;

  /** `folder` is where the operator keeps its credentials. A restart takes as long as a first CrashLoopBackOff does. */
  constructor(operator: Operator, folder: string, restartAfterMs = 1_000) {
    this.#operator = operator;
    this.#restartAfterMs = restartAfterMs;
    this.#folder = folder;
    for (const [name, controller] of operator.controllers) this.#running.set(name, controller);
    this.#kept = [...this.#running.keys()].map((name) => this.#keep(name));
  }

  get names(): readonly string[] {
    return [...this.#running.keys()];
  }

  async #keep(name: string): Promise<void> {
    for (;;) {
      const controller = this.#running.get(name);
      if (controller === undefined) return;
      await controller.exited;
      this.#running.set(name, undefined);
      if (this.#isEnding) return;
      this.ends.push({
        controller: name,
        how: this.#killed.has(controller) ? "killed" : lostItsLease(controller) ? "lost its Lease" : "crashed",
      });
      await sleep(this.#restartAfterMs);
      if (this.#isEnding) return;
      const kubeconfig = join(this.#folder, `${name}.kubeconfig`);
      this.#running.set(name, await this.#operator.start(name, { kubeconfig }));
    }
  }

  /** False: it is held, or down already. */
  kill(name: string, signal: "SIGKILL" | "SIGTERM"): boolean {
    const controller = this.#running.get(name);
    if (controller === undefined || this.#held.has(name)) return false;
    this.#killed.add(controller);
    controller.signal(signal);
    return true;
  }

  /** False: it is held already, or down. */
  async hold(name: string, ms: number): Promise<boolean> {
    const controller = this.#running.get(name);
    if (controller === undefined || this.#held.has(name)) return false;
    this.#held.add(name);
    controller.signal("SIGSTOP");
    await sleep(ms);
    controller.signal("SIGCONT");
    this.#held.delete(name);
    return true;
  }

  /** No controller is started any more; the operator ends them. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#operator.stop();
    await Promise.all(this.#kept);
  }
}
