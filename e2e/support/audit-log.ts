import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { TestCluster } from "./cluster.ts";

/** A request that the API server has answered, as its audit log tells it. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly user?: { readonly username?: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

type Logged = Pick<TestCluster, "auditLog">;

/** Before the names of the controllers' ServiceAccounts. */
export const operatorPrefix = "system:serviceaccount:multigres-system:";

/** The present end of the log, for `auditEvents`. */
export function endOfAuditLog({ auditLog }: Logged): number {
  return statSync(auditLog).size;
}

/** What was answered since the log's byte `from`, in the order of the answers; only lines that hold a text, which is faster. */
export function auditEvents({ auditLog }: Logged, from = 0, text = ""): AuditEvent[] {
  return (
    linesFrom(auditLog, from)
      .split("\n")
      // The last line may be half written.
      .slice(0, -1)
      .filter((line) => line.includes(text))
      .map((line) => JSON.parse(line) as AuditEvent)
  );
}

const changing = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Whether a request changed something. */
export function isChange({ verb, code }: { readonly verb: string; readonly code: number }): boolean {
  return changing.has(verb) && code >= 200 && code < 300;
}

/** From the first line on that begins at `start` or later. */
function linesFrom(path: string, start: number): string {
  const file = openSync(path, "r");
  try {
    const before = Math.max(0, start - 1);
    const buffer = Buffer.alloc(fstatSync(file).size - before);
    const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, before)).toString();
    return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } finally {
    closeSync(file);
  }
}
