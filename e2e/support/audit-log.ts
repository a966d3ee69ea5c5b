import { statSync } from "node:fs";
import { wholeLines } from "@multigres/tools/control-plane";
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
  return wholeLines(auditLog, from)
    .lines.filter((line) => line.includes(text))
    .map((line) => JSON.parse(line) as AuditEvent);
}

const changing = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Whether a request changed something. */
export function isChange({ verb, code }: { readonly verb: string; readonly code: number }): boolean {
  return changing.has(verb) && code >= 200 && code < 300;
}
