import type { ResourceKind } from "../resource.ts";

export interface ResourceAddress {
  /** Unset: the collection over all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: "status";
  readonly query?: Readonly<Record<string, string | undefined>>;
}

/** Path and query of a resource, for example `/apis/apps/v1/namespaces/a/deployments/b?fieldManager=c`. */
export function resourcePath(kind: ResourceKind, address: ResourceAddress = {}): string {
  const segments = kind.group === "" ? ["api", kind.version] : ["apis", kind.group, kind.version];
  if (kind.namespaced && address.namespace) segments.push("namespaces", address.namespace);
  segments.push(kind.plural);
  if (address.name) segments.push(address.name);
  if (address.subresource) segments.push(address.subresource);
  const path = `/${segments.map(encodeURIComponent).join("/")}`;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(address.query ?? {})) {
    if (value !== undefined) query.set(key, value);
  }
  return query.size > 0 ? `${path}?${query.toString()}` : path;
}

export function apiVersionOf(kind: ResourceKind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}
