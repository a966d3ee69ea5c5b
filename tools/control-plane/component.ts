import { readFile } from "node:fs/promises";
import { ProcessError } from "./errors.ts";
import type { GroupProcess, ProcessGroup, ProcessSpec } from "./process-group.ts";

/** A running part of a control plane, for tests that break it. */
export class Component {
  readonly name: string;
  readonly #group: ProcessGroup;
  readonly #spec: ProcessSpec;
  readonly #ready: () => Promise<void>;
  #process: GroupProcess | undefined;

  constructor(name: string, group: ProcessGroup, spec: ProcessSpec, ready: () => Promise<void>) {
    this.name = name;
    this.#group = group;
    this.#spec = spec;
    this.#ready = ready;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get running(): boolean {
    return this.#process !== undefined && this.#process.exit() === undefined;
  }

  /** Starts it and waits until it serves (etcd and kube-apiserver; the others count as started at once). */
  async start(): Promise<void> {
    await this.launch();
    await this.#ready();
  }

  /** Starts it without waiting. */
  async launch(): Promise<void> {
    if (this.running) return;
    this.#process = await this.#group.spawn(this.#spec);
  }

  /** Freezes it: connections stay open and nothing answers. */
  pause(): void {
    this.#process?.signal("SIGSTOP");
  }

  /** Ends a pause. */
  resume(): void {
    this.#process?.signal("SIGCONT");
  }

  /** Ends it the hard way and resolves when it is gone. Its state and port stay for `start`. */
  async kill(): Promise<void> {
    this.#process?.signal("SIGKILL");
    await this.#process?.exited;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Throws ProcessError with the end of its log when it has ended. */
  async assertRunning(): Promise<void> {
    const exit = this.#process?.exit();
    if (exit === undefined) return;
    const log = await readFile(this.#spec.logFile, "utf8").catch(() => "");
    throw new ProcessError(
      `${this.name} ended with ${exit.signal ?? `code ${exit.code}`}; the end of its log:\n${log.trimEnd().split("\n").slice(-8).join("\n")}`,
    );
  }
}
