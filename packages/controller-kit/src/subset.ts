import { sameQuantity } from "@multigres/api-types";

/**
 * How desired and live are compared.
 *
 * - `exact`: what desired doesn't say must not be there.
 * - `subset`: the live object may say more (defaults, other people's fields); the server may leave out empty values.
 */
export type Comparison = "exact" | "subset";

type Fields = Readonly<Record<string, unknown>>;

/** Fields whose values, and maps whose entries, are quantities: there spelling doesn't count. */
const quantityFields = new Set(["storage", "size", "sizeLimit", "divisor"]);
const quantityMaps = new Set(["requests", "limits", "capacity"]);

/** What names an element of a list, as the API's list-map keys do; the first that all elements have uniquely. */
const elementKeys = ["name", "mountPath", "containerPort", "port", "uid", "ip", "topologyKey"];

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the live value is what is desired; see `Comparison`. */
export function matches(desired: unknown, live: unknown, comparison: Comparison): boolean {
  return differences(desired, live, comparison, "", 1).length === 0;
}

/**
 * Paths of the fields in which `live` isn't as desired, for example `spec.replicas` or `spec.containers[name=a].image`.
 * @param path where `desired` stands in its object; also its field's name for telling quantities
 * @param limit stops after so many paths
 */
export function differences(
  desired: unknown,
  live: unknown,
  comparison: Comparison,
  path = "",
  limit = 20,
): readonly string[] {
  const found: string[] = [];
  compare(desired, live, { comparison, found, limit }, path, path.split(".").at(-1) ?? "", false);
  return found;
}

interface Walk {
  readonly comparison: Comparison;
  readonly found: string[];
  readonly limit: number;
}

function compare(
  desired: unknown,
  live: unknown,
  walk: Walk,
  path: string,
  field: string,
  inQuantities: boolean,
): void {
  if (desired === live || walk.found.length >= walk.limit) return;
  if (desired === undefined && walk.comparison === "subset") return;
  if (isFields(desired) && isFields(live)) {
    compareFields(desired, live, walk, path, quantityMaps.has(field));
  } else if (Array.isArray(desired) && Array.isArray(live)) {
    compareLists(desired, live, walk, path);
  } else if (!sameScalar(desired, live, walk.comparison, inQuantities || quantityFields.has(field))) {
    walk.found.push(path);
  }
}

function compareFields(desired: Fields, live: Fields, walk: Walk, path: string, inQuantities: boolean): void {
  for (const name of Object.keys(desired)) {
    compare(desired[name], live[name], walk, join(path, name), name, inQuantities);
  }
  if (walk.comparison === "subset") return;
  for (const name of Object.keys(live)) {
    if (!(name in desired)) compare(undefined, live[name], walk, join(path, name), name, inQuantities);
  }
}

function compareLists(desired: readonly unknown[], live: readonly unknown[], walk: Walk, path: string): void {
  const key = walk.comparison === "subset" ? elementKey(desired, live) : undefined;
  if (key !== undefined) {
    const byKey = new Map(live.filter(isFields).map((element) => [element[key], element]));
    for (const element of desired.filter(isFields)) {
      compare(element, byKey.get(element[key]), walk, `${path}[${key}=${String(element[key])}]`, "", false);
    }
    return;
  }
  if (desired.length !== live.length) {
    walk.found.push(path);
    return;
  }
  for (const [index, element] of desired.entries()) {
    compare(element, live[index], walk, `${path}[${index}]`, "", false);
  }
}

function elementKey(desired: readonly unknown[], live: readonly unknown[]): string | undefined {
  return elementKeys.find((key) => [desired, live].every((list) => list.length > 0 && isUniqueIn(list, key)));
}

function isUniqueIn(list: readonly unknown[], key: string): boolean {
  const values = list.map((element) => (isFields(element) ? element[key] : undefined));
  return !values.includes(undefined) && new Set(values).size === values.length;
}

function sameScalar(desired: unknown, live: unknown, comparison: Comparison, quantity: boolean): boolean {
  if ((desired ?? undefined) === (live ?? undefined)) return true;
  if (quantity && sameQuantity(desired, live)) return true;
  // Go leaves out zero values of fields that it marks `omitempty`.
  return comparison === "subset" && live === undefined && isZero(desired);
}

function isZero(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isFields(value)) return Object.values(value).every((entry) => entry === undefined || isZero(entry));
  return value === "" || value === 0 || value === false || value === null;
}

function join(path: string, name: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(name)) return path === "" ? name : `${path}.${name}`;
  return `${path}[${JSON.stringify(name)}]`;
}
