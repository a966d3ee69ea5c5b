/** A request of a controller that the API server answered, as its audit log tells it. */
export interface AuditedRequest {
  readonly controller: string;
  readonly verb: string;
  /** Plural, with the subresource if there is one: `cells`, `cells/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status. */
  readonly code: number;
}

interface AuditEvent {
  readonly verb?: string;
  readonly stage?: string;
  readonly requestURI?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  readonly responseStatus?: { readonly code?: number };
}

const operator = "system:serviceaccount:multigres-system:";

/** Lines of the log; those that aren't about a controller's answered request are left out. Throws on a line that is no JSON. */
export function parseAuditLog(lines: readonly string[]): readonly AuditedRequest[] {
  return lines.flatMap((line) => {
    // Most lines are of others; parsing them all would cost more than what is measured.
    if (!line.includes(operator)) return [];
    const { verb = "", stage, requestURI = "", user, objectRef, responseStatus } = JSON.parse(line) as AuditEvent;
    const username = user?.username ?? "";
    if (!username.startsWith(operator) || stage !== "ResponseComplete" || requestURI.includes("dryRun=")) return [];
    const { resource = "", subresource, namespace = "", name = "" } = objectRef ?? {};
    return [
      {
        controller: username.slice(operator.length),
        verb,
        resource: subresource === undefined ? resource : `${resource}/${subresource}`,
        namespace,
        name,
        code: responseStatus?.code ?? 0,
      },
    ];
  });
}

const changing = new Set(["create", "update", "patch", "delete", "deletecollection"]);
const reading = new Set(["get", "list", "watch"]);

/** A write that the server carried out, Leases aside. */
export function isWrite({ verb, resource, code }: AuditedRequest): boolean {
  return changing.has(verb) && resource !== "leases" && code >= 200 && code < 300;
}

/** A read, Leases aside. A watch counts when it ends. */
export function isRead({ verb, resource }: AuditedRequest): boolean {
  return reading.has(verb) && resource !== "leases";
}

export function isLeaseRequest({ resource }: AuditedRequest): boolean {
  return resource === "leases";
}

/** Writes of one kind of object. */
export interface WriteCount {
  readonly resource: string;
  /** Distinct objects written. */
  readonly objects: number;
  /** Writes of everything but status. */
  readonly spec: number;
  readonly status: number;
  readonly specPerObject: number;
  readonly statusPerObject: number;
  /** Of the object that was written most. */
  readonly mostSpec: number;
  readonly mostStatus: number;
}

/** Successful writes by kind, in alphabetical order. Deletions count as writes of the object. */
export function countWrites(requests: readonly AuditedRequest[]): readonly WriteCount[] {
  const kinds = new Map<string, Map<string, { spec: number; status: number }>>();
  for (const request of requests.filter(isWrite)) {
    const [resource = "", subresource] = request.resource.split("/");
    const objects = kinds.get(resource) ?? new Map<string, { spec: number; status: number }>();
    kinds.set(resource, objects);
    // A POST's URL doesn't name the object, but the log does as soon as the object was made.
    const key = `${request.namespace}/${request.name}`;
    const object = objects.get(key) ?? { spec: 0, status: 0 };
    objects.set(key, object);
    object[subresource === "status" ? "status" : "spec"] += 1;
  }
  return [...kinds]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([resource, objects]) => {
      const all = [...objects.values()];
      const spec = all.reduce((sum, each) => sum + each.spec, 0);
      const status = all.reduce((sum, each) => sum + each.status, 0);
      return {
        resource,
        objects: all.length,
        spec,
        status,
        specPerObject: spec / all.length,
        statusPerObject: status / all.length,
        mostSpec: Math.max(...all.map((each) => each.spec)),
        mostStatus: Math.max(...all.map((each) => each.status)),
      };
    });
}

/** `<controller> <verb> <resource>` and how often, most frequent first: what to look at when a count is too high. */
export function tally(requests: readonly AuditedRequest[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { controller, verb, resource, code } of requests) {
    const key = `${controller} ${verb} ${resource}${code >= 400 ? ` ${code}` : ""}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
