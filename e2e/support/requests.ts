import { readFileSync } from "node:fs";
import type { TestCluster } from "./cluster.ts";

/** A request of one of the five controllers that the API server has answered. */
export interface ControllerRequest {
  /** Its ServiceAccount's name, for example `cell-controller`. */
  readonly by: string;
  /** The id of the token that it showed. */
  readonly credential: string | undefined;
  readonly verb: string;
  /** As a Role writes it: `multigres.com/cells`, `multigres.com/cells/status`, `core/pods`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status. */
  readonly code: number;
  readonly receivedAt: Date;
  readonly answeredAt: Date;
  readonly uri: string;
}

interface AuditEvent {
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

const operator = "system:serviceaccount:multigres-system:";
const changing = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** What the controllers have asked since the start of the cluster, in the order of the answers. */
export function controllerRequests({ auditLog }: Pick<TestCluster, "auditLog">): ControllerRequest[] {
  return (
    readFileSync(auditLog, "utf8")
      .split("\n")
      // The last line may be half written.
      .slice(0, -1)
      .filter((line) => line.includes(operator))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ user }) => user?.username?.startsWith(operator))
      .map(requestOf)
  );
}

function requestOf({
  verb,
  requestURI,
  requestReceivedTimestamp,
  stageTimestamp,
  ...event
}: AuditEvent): ControllerRequest {
  const { apiGroup, resource = "", subresource, namespace = "", name = "" } = event.objectRef ?? {};
  return {
    by: event.user?.username?.slice(operator.length) ?? "",
    credential: event.user?.extra?.["authentication.kubernetes.io/credential-id"]?.[0],
    verb,
    resource: [apiGroup ?? "core", resource, ...(subresource === undefined ? [] : [subresource])].join("/"),
    namespace,
    name,
    code: event.responseStatus?.code ?? 0,
    receivedAt: new Date(requestReceivedTimestamp),
    answeredAt: new Date(stageTimestamp),
    uri: requestURI,
  };
}

/** Whether it changed something, Leases apart. */
export function isWrite({ verb, code, resource }: ControllerRequest): boolean {
  return changing.has(verb) && code >= 200 && code < 300 && !isLease({ resource });
}

function isLease({ resource }: Pick<ControllerRequest, "resource">): boolean {
  return resource === "coordination.k8s.io/leases";
}
