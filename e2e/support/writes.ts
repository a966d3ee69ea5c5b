import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { TestCluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";

/** A request that changed something, as the API server's audit log tells it. */
export interface Write {
  /** The user's name; of the operator's ServiceAccounts only their own, for example `cell-controller`. */
  readonly by: string;
  /** By one of the five controllers. */
  readonly byOperator: boolean;
  readonly verb: string;
  /** Plural, with the subresource if there is one: `cells`, `cells/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

interface AuditEvent {
  verb: string;
  user?: { username?: string };
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestURI: string;
}

const operator = "system:serviceaccount:multigres-system:";
const changing = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Begins to listen; the returned function lists every successful write in `namespace` since then, in order. */
export function writesFromNow(cluster: Pick<TestCluster, "auditLog">, namespace: string): () => readonly Write[] {
  const start = statSync(cluster.auditLog).size;
  return () =>
    linesFrom(cluster.auditLog, start).flatMap((line) => {
      const { verb, user, objectRef, responseStatus, requestURI } = JSON.parse(line) as AuditEvent;
      const answered = responseStatus?.code ?? 0;
      if (!changing.has(verb) || objectRef?.namespace !== namespace || answered < 200 || answered > 299) return [];
      if (requestURI.includes("dryRun=")) return [];
      const { resource = "", subresource, name = "" } = objectRef;
      const by = user?.username ?? "";
      return [
        {
          by: by.replace(operator, ""),
          byOperator: by.startsWith(operator),
          verb,
          resource: subresource === undefined ? resource : `${resource}/${subresource}`,
          namespace,
          name,
        },
      ];
    });
}

/** As `writesFromNow`, once the controllers have written nothing for a while: details of a status are told a few seconds late. */
export async function writesFromRest(
  cluster: Pick<TestCluster, "auditLog">,
  namespace: string,
): Promise<() => readonly Write[]> {
  await eventually(async () => {
    const late = writesFromNow(cluster, namespace);
    await sleep(5_000);
    expect(late().filter(({ byOperator }) => byOperator)).toEqual([]);
  });
  return writesFromNow(cluster, namespace);
}

function linesFrom(path: string, start: number): string[] {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(fstatSync(file).size - start);
    const text = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, start)).toString();
    // The last line may be half written.
    return text.split("\n").slice(0, -1);
  } finally {
    closeSync(file);
  }
}
