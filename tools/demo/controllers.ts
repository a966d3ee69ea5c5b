import { readFile } from "node:fs/promises";
import type { ControllerProcess } from "../operator/controllers.ts";
import { DemoError } from "./errors.ts";

const shownLines = 8;

/** Resolves with what to say as soon as one of the controllers has ended, which none does by itself. */
export function firstToEnd(controllers: Iterable<ControllerProcess>): Promise<DemoError> {
  return Promise.race(
    [...controllers].map(async ({ name, exited, logFile }) => {
      const { code, signal } = await exited;
      const log = await readFile(logFile, "utf8").catch(() => "");
      const lines = log.trimEnd().split("\n").slice(-shownLines).join("\n");
      return new DemoError(`${name} has ended with ${signal ?? `code ${code}`}; the end of its log:\n${lines}`);
    }),
  );
}
