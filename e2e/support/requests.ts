import { type AuditEvent, auditEvents, isChange, operatorPrefix } from "./audit-log.ts";
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

/** What the controllers have asked since the start of the cluster, in the order of the answers. */
export function controllerRequests(cluster: Pick<TestCluster, "auditLog">): ControllerRequest[] {
  return auditEvents(cluster, 0, operatorPrefix)
    .filter(({ user }) => user?.username?.startsWith(operatorPrefix))
    .map(requestOf);
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
    by: event.user?.username?.slice(operatorPrefix.length) ?? "",
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
export function isWrite(request: ControllerRequest): boolean {
  return isChange(request) && request.resource !== "coordination.k8s.io/leases";
}
