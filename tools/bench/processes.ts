import { readFileSync } from "node:fs";
import { type MemoryFigures, parseCpuSeconds, parseMemory } from "./process-figures.ts";

/** Processes by what they run. */
export type Pids = ReadonlyMap<string, number>;
export type Figures = Readonly<Record<string, number>>;

/** CPU seconds since each process began; empty where there is no /proc. */
export function cpuSeconds(pids: Pids): Figures {
  return figures(pids, (pid) => parseCpuSeconds(textOf(pid, "stat")));
}

export function differences(after: Figures, before: Figures): Figures {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}

export function total(values: Figures): number {
  return Object.values(values).reduce((sum, value) => sum + value, 0);
}

/** Memory of each process; empty where there is no /proc. */
export function memory(pids: Pids, figure: keyof MemoryFigures): Figures {
  return figures(pids, (pid) => parseMemory(textOf(pid, "status"))?.[figure]);
}

/** Watches anonymous memory, which Linux keeps no maximum of. */
export class PeakMemory {
  readonly #pids: () => Pids;
  readonly #peaks: Record<string, number> = {};
  readonly #timer: NodeJS.Timeout;

  constructor(pids: () => Pids, everyMs = 250) {
    this.#pids = pids;
    this.#timer = setInterval(() => this.#look(), everyMs).unref();
  }

  /** The most that was seen, by process. */
  get peaks(): Figures {
    this.#look();
    return { ...this.#peaks };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const [name, now] of Object.entries(memory(this.#pids(), "anonymous"))) {
      this.#peaks[name] = Math.max(this.#peaks[name] ?? 0, now);
    }
  }
}

function figures(pids: Pids, read: (pid: number) => number | undefined): Figures {
  return Object.fromEntries(
    [...pids].flatMap(([name, pid]) => {
      const value = read(pid);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function textOf(pid: number, file: "stat" | "status"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // Not Linux, or the process is on its way out.
    return "";
  }
}
