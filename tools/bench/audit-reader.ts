import { setTimeout as sleep } from "node:timers/promises";
import { AuditLines } from "../control-plane/index.ts";
import { type AuditedRequest, isWrite, parseAuditLog } from "./audit-log.ts";

/** Reads on in an audit log, from where it began or was last asked. */
export class AuditReader {
  readonly #lines: AuditLines;

  constructor(path: string) {
    this.#lines = new AuditLines(path);
  }

  /** Controllers' requests that were answered since the last call. */
  next(): readonly AuditedRequest[] {
    return parseAuditLog(this.#lines.next());
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
