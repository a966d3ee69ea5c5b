import { compareQuantities, parseQuantity, type Quantity } from "@multigres/api-types";
import { isFields, mergePatch } from "./merge-patch.ts";

/**
 * Lays `value` over `defaults`, field by field: what the user says stays, what he doesn't say is filled in.
 *
 * A default never contradicts the user: where it would leave a request above its limit, which the API server refuses,
 * a default request is lowered to the user's limit and a default limit is raised to the user's request.
 */
export function applyDefaults<D, V>(defaults: D, value: V): D & V {
  const merged = mergePatch<unknown>(defaults, value);
  return reconcileLimits(merged, value) as D & V;
}

/** `merged` is ours to change: nothing shares it. */
function reconcileLimits(merged: unknown, user: unknown): unknown {
  if (!isFields(merged)) return merged;
  const said = isFields(user) ? user : {};
  for (const [name, field] of Object.entries(merged)) reconcileLimits(field, said[name]);
  const { requests, limits } = merged;
  if (isFields(requests) && isFields(limits)) settle(requests, limits, said);
  return merged;
}

function settle(
  requests: Record<string, unknown>,
  limits: Record<string, unknown>,
  said: Readonly<Record<string, unknown>>,
): void {
  for (const [resource, request] of Object.entries(requests)) {
    const limit = limits[resource];
    if (!isQuantity(request) || !isQuantity(limit) || compareQuantities(request, limit) <= 0) continue;
    if (!has(said.requests, resource)) requests[resource] = limit;
    else if (!has(said.limits, resource)) limits[resource] = request;
  }
}

function isQuantity(value: unknown): value is Quantity {
  return parseQuantity(value) !== undefined;
}

function has(fields: unknown, name: string): boolean {
  return isFields(fields) && Object.hasOwn(fields, name);
}
