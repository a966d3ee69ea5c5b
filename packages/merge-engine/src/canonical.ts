import { formatQuantity, parseQuantity } from "@multigres/api-types";
import { isFields } from "./merge-patch.ts";

/** The maps whose values are quantities, in every shape that Kubernetes and this API have. */
const quantityMaps: ReadonlySet<string> = new Set(["requests", "limits"]);

/**
 * The same value in its one spelling: keys sorted, and quantities normalised (`1024Mi` -> `1Gi`, `0.5` -> `500m`), so
 * that two manifests that mean the same give equal JSON. Lists keep their order. Quantities are told by position, as
 * values of `requests` and `limits`; what isn't a quantity there stays as it is. Undefined fields are left out.
 */
export function canonical<T>(value: T): T {
  return rewrite(value) as T;
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (!isFields(value)) return value;
  return sortedFields(value, (field, name) =>
    quantityMaps.has(name) && isFields(field) ? sortedFields(field, normalise) : rewrite(field),
  );
}

function sortedFields(fields: Readonly<Record<string, unknown>>, each: (field: unknown, name: string) => unknown) {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, each(field, name)]),
  );
}

function normalise(value: unknown): unknown {
  const amount = parseQuantity(value);
  return amount === undefined ? rewrite(value) : formatQuantity(amount);
}
