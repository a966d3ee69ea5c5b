import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { auditEvents, endOfAuditLog, isChange, operatorPrefix } from "./audit-log.ts";
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

/** Begins to listen; the returned function lists every successful write in `namespace` since then, in order. */
export function writesFromNow(cluster: Pick<TestCluster, "auditLog">, namespace: string): () => readonly Write[] {
  const start = endOfAuditLog(cluster);
  const within = `"namespace":"${namespace}"`;
  return () =>
    auditEvents(cluster, start, within).flatMap(({ verb, user, objectRef, responseStatus, requestURI }) => {
      const { resource = "", subresource, name = "" } = objectRef ?? {};
      if (!isChange({ verb, code: responseStatus?.code ?? 0 }) || objectRef?.namespace !== namespace) return [];
      if (requestURI.includes("dryRun=")) return [];
      const by = user?.username ?? "";
      return [
        {
          by: by.replace(operatorPrefix, ""),
          byOperator: by.startsWith(operatorPrefix),
          verb,
          resource: subresource === undefined ? resource : `${resource}/${subresource}`,
          namespace,
          name,
        },
      ];
    });
}

/** As `writesFromNow`, once nobody has written anything for longer than details of a status are held back. */
export async function writesFromRest(
  cluster: Pick<TestCluster, "auditLog">,
  namespace: string,
): Promise<() => readonly Write[]> {
  await eventually(async () => {
    const late = writesFromNow(cluster, namespace);
    await sleep(12_000);
    expect(late()).toEqual([]);
  });
  return writesFromNow(cluster, namespace);
}
