import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type AuditedRequest, isWrite, parseAuditLog } from "./audit-log.ts";

/** Reads on in an audit log, from where it began or was last asked. */
export class AuditReader {
  readonly #path: string;
  #position: number;

  constructor(path: string) {
    this.#path = path;
    this.#position = statSync(path).size;
  }

  /** Controllers' requests that were answered since the last call. */
  next(): readonly AuditedRequest[] {
    const file = openSync(this.#path, "r");
    try {
      const buffer = Buffer.alloc(fstatSync(file).size - this.#position);
      const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, this.#position));
      // The last line may be half written.
      const end = text.lastIndexOf(10) + 1;
      this.#position += end;
      return parseAuditLog(text.subarray(0, end).toString().split("\n"));
    } finally {
      closeSync(file);
    }
  }
}

/** After so long without a write, rest is counted: longer than the pause between two looks at the data plane, with what is told late of the last. */
export const quietSeconds = 50;

/** Waits until no controller has written anything for a while; returns the requests until then. Throws when they go on and on. */
export async function untilQuiet(
  reader: AuditReader,
  quietSeconds = 5,
  timeoutSeconds = 300,
): Promise<readonly AuditedRequest[]> {
  const all: AuditedRequest[] = [];
  const startedAt = performance.now();
  let lastWrite = startedAt;
  for (;;) {
    const requests = reader.next();
    all.push(...requests);
    const now = performance.now();
    if (requests.some(isWrite)) lastWrite = now;
    if (now - lastWrite > quietSeconds * 1000) return all;
    if (now - startedAt > timeoutSeconds * 1000) throw new Error(`controllers still write after ${timeoutSeconds} s`);
    await sleep(250);
  }
}
