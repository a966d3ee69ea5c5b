import type { RequestFact } from "../judge/facts.ts";

interface AuditEvent {
  readonly verb?: string;
  readonly stage?: string;
  readonly requestURI?: string;
  readonly requestReceivedTimestamp?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

const operator = '"username":"system:serviceaccount:multigres-system:';
const deletion = '"verb":"delete';
/** In the URI. */
const podStatus = /\/pods\/[^/"]+\/status/;

/**
 * An answered request of the operator, a deletion by anybody, or a pod's new status; undefined: another line. Throws on a
 * line that is no JSON.
 */
export function auditFact(line: string): RequestFact | undefined {
  // Most lines are others'; parsing them all would cost more than watching.
  if (!line.includes(operator) && !line.includes(deletion) && !podStatus.test(line)) return undefined;
  const event = JSON.parse(line) as AuditEvent;
  const { verb = "", stage, requestURI = "", objectRef = {}, user, responseStatus } = event;
  if (stage !== "ResponseComplete" || requestURI.includes("dryRun=")) return undefined;
  if (verb === "get" || verb === "list" || verb === "watch") {
    if ((responseStatus?.code ?? 0) < 400) return undefined;
  }
  const receivedAt = Date.parse(event.requestReceivedTimestamp ?? "");
  return {
    fact: "request",
    at: receivedAt,
    request: {
      user: user?.username ?? "",
      verb,
      resource: objectRef.resource ?? "",
      subresource: objectRef.subresource ?? "",
      namespace: objectRef.namespace ?? "",
      name: objectRef.name ?? "",
      code: responseStatus?.code ?? 0,
      receivedAt,
    },
    line,
  };
}
