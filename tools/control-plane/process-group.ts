import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { ProcessError } from "./errors.ts";
import type { GuardianMessage, GuardianRequest } from "./guardian-protocol.ts";

/** How a process ended. Exactly one of the two is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program started by a process group. */
export interface GroupProcess {
  readonly pid: number;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** The way it ended, or undefined while it runs. */
  exit(): Exit | undefined;
  /** Sends a signal; false when the process has ended. */
  signal(signal: NodeJS.Signals): boolean;
}

/** What to start. */
export interface ProcessSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Output is appended here. */
  readonly logFile: string;
}

interface Running {
  readonly pid: (pid: number) => void;
  readonly failed: (error: Error) => void;
  readonly exited: (exit: Exit) => void;
  started?: GroupProcess;
}

/**
 * Programs that end with this process, whichever way it ends: they are children of a guardian process in its own
 * session, which kills them when the pipe to this process closes, and then removes `directory` if asked to.
 * Until `end` it keeps this process alive, as child processes do.
 * A Ctrl-C in the terminal doesn't reach them, so that whoever owns them decides the order in which they stop.
 */
export class ProcessGroup {
  readonly #guardian: ChildProcessByStdio<Writable, Readable, null>;
  readonly #guardianExited: Promise<unknown>;
  readonly #running = new Map<number, Running>();
  #lastId = 0;
  #ended = false;

  constructor(options: { readonly directory: string; readonly removeDirectory: boolean }) {
    this.#guardian = spawn(
      process.execPath,
      [
        fileURLToPath(new URL("./guardian.ts", import.meta.url)),
        resolve(options.directory),
        options.removeDirectory ? "remove" : "keep",
      ],
      { detached: true, stdio: ["pipe", "pipe", "ignore"], env: { NODE_NO_WARNINGS: "1" }, cwd: "/" },
    );
    this.#guardianExited = once(this.#guardian, "exit").then(
      () => this.#guardianLost(),
      () => this.#guardianLost(),
    );
    this.#guardian.stdin.on("error", () => {});
    createInterface({ input: this.#guardian.stdout }).on("line", (line) => this.#receive(JSON.parse(line)));
  }

  /** Starts a program. Throws ProcessError when it can't be started. */
  async spawn(spec: ProcessSpec): Promise<GroupProcess> {
    if (this.#ended) throw new ProcessError(`${spec.command} can't be started: its group has ended`);
    const id = ++this.#lastId;
    const exited = deferred<Exit>();
    const started = deferred<number>();
    const running: Running = { pid: started.resolve, failed: started.reject, exited: exited.resolve };
    this.#running.set(id, running);
    // The guardian works elsewhere.
    this.#send({ op: "spawn", id, ...spec, cwd: resolve(spec.cwd), logFile: resolve(spec.logFile) });
    try {
      const pid = await started.promise;
      let exit: Exit | undefined;
      void exited.promise.then((value) => {
        exit = value;
      });
      const child: GroupProcess = {
        pid,
        exited: exited.promise,
        exit: () => exit,
        signal: (signal) => exit === undefined && kill(pid, signal),
      };
      running.started = child;
      return child;
    } catch (error) {
      throw new ProcessError(`${spec.command} can't be started`, { cause: error });
    }
  }

  /** Kills everything that still runs, removes the directory if asked to, and resolves when that is done. */
  async end(): Promise<void> {
    if (!this.#ended) {
      this.#ended = true;
      this.#send({ op: "end" });
    }
    await this.#guardianExited;
  }

  #send(request: GuardianRequest): void {
    this.#guardian.stdin.write(`${JSON.stringify(request)}\n`);
  }

  #receive(message: GuardianMessage): void {
    const running = this.#running.get(message.id);
    if (running === undefined) return;
    switch (message.event) {
      case "spawned":
        running.pid(message.pid);
        break;
      case "failed":
        running.failed(new Error(message.message));
        this.#running.delete(message.id);
        break;
      case "exited":
        running.exited({ code: message.code, signal: message.signal });
        this.#running.delete(message.id);
        break;
    }
  }

  #guardianLost(): void {
    this.#ended = true;
    for (const running of this.#running.values()) {
      // Only when somebody killed the guardian itself: what it had started is ours to end.
      if (running.started) kill(running.started.pid, "SIGKILL");
      running.failed(new Error("the guardian process ended"));
      running.exited({ code: null, signal: "SIGKILL" });
    }
    this.#running.clear();
  }
}

function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function deferred<T>() {
  let settle: (value: T) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  return { promise, resolve: settle, reject: fail };
}
