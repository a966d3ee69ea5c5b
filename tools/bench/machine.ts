import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { versions } from "../control-plane/versions.ts";
import { round } from "./percentiles.ts";
import { parseBusySeconds } from "./process-figures.ts";

export interface Machine {
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly kubernetes: string;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGiB: round(totalmem() / 1024 ** 3, 1),
    node: process.version,
    kubernetes: versions.kubernetes,
  };
}

/** Of the last minute. */
export function loadAverage(): number {
  return round(loadavg()[0] ?? Number.NaN);
}

/** CPU seconds that all processes of the machine have spent; undefined where there is no /proc. */
export function busySeconds(): number | undefined {
  try {
    return parseBusySeconds(readFileSync("/proc/stat", "utf8"));
  } catch {
    return undefined;
  }
}
