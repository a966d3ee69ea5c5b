import { beforeAll, describe, expect, it } from "vitest";
import { sharedCluster } from "../support/cluster.ts";
import { unchangedExample } from "../support/unchanged.ts";
import { compare } from "./expected-pods/compare.ts";
import { forbidden } from "./expected-pods/forbidden.ts";
import { liveOf, type Pod, type Snapshot, snapshot } from "./expected-pods/live.ts";
import { type Entry, type Expectation, expectedPods, type Instance } from "./expected-pods/table.ts";

const cluster = sharedCluster();
const table = expectedPods();
let all: Snapshot;

beforeAll(async () => {
  all = await snapshot(cluster, await unchangedExample(cluster));
});

describe("the table of the example's pods", () => {
  it("agrees with them in every value, and they have nothing that it doesn't know", () => {
    const pods = table.instances.flatMap((instance) => liveOf(all, instance));
    // etcd 3 + 1, gateways 2 + 1, multiadmin, multiorch, and 6 + 7 + 2 of the pools.
    expect(names(pods)).toEqual(names(all.pods.map((pod) => ({ pod }))));
    expect(pods).toHaveLength(24);
    const compared = pods.map((pod) => compare(pod, table.open));
    expect(compared.flatMap(({ differences }) => differences)).toEqual([]);

    const visited = new Set(compared.flatMap((each) => each.visited));
    expect(table.entries.filter((entry) => !visited.has(entry))).toEqual([]);
    const patterns = table.open.flatMap(({ live }) => live ?? []);
    expect(new Set(compared.flatMap(({ open }) => open))).toEqual(new Set(patterns));
  });

  it.each(table.instances)("would show any other value of $component $name", (instance) => {
    const [sample] = liveOf(all, instance);
    if (!sample) throw new Error(`no pod of ${instance.component} ${instance.name}`);
    const differences = (expectation: Expectation, changed: Expectation) => {
      const expectations = instance.expectations.map((each) => (each === expectation ? changed : each));
      return compare({ ...sample, instance: { ...instance, expectations } }, table.open).differences;
    };
    for (const expectation of instance.expectations) {
      const { path, entry } = expectation;
      expect(differences(expectation, { path, entry: other(entry) }), path.join(" ")).toHaveLength(1);
      const misspelt = { path: [...path.slice(0, -1), "misspelt"], entry };
      expect(differences(expectation, misspelt).length, path.join(" ")).toBeGreaterThan(0);
    }
  });
});

describe("what the documents forbid", () => {
  it("is looked for to the last line", () => {
    for (const [component, bans] of Object.entries(table.forbidden)) {
      expect(Object.keys(forbidden[component] ?? {}).sort()).toEqual(bans.map(({ what }) => what).sort());
    }
    expect(Object.keys(forbidden)).toEqual(Object.keys(table.forbidden));
  });

  it.each(Object.entries(forbidden))("isn't found in the pods: %s", (component, rules) => {
    const pods = instancesOf(component).flatMap((instance) => liveOf(all, instance));
    expect(pods).not.toEqual([]);
    for (const [what, { isBroken }] of Object.entries(rules)) {
      expect(names(pods.filter(isBroken)), what).toEqual([]);
    }
  });

  it.each(Object.entries(forbidden))("would be found in them: %s", (component, rules) => {
    // Beside a pool of another type in the same cell.
    const isSample = ({ identity }: Instance) =>
      identity.database === undefined || identity.database === "analytics_db";
    const instance = instancesOf(component === "all" ? "pool" : component).find(isSample);
    for (const [what, { isBroken, breaches }] of Object.entries(rules)) {
      expect(breaches, what).not.toEqual([]);
      for (const breach of breaches) {
        const [pod] = instance ? liveOf(all, instance) : [];
        if (!pod) throw new Error(`no pod of ${component}`);
        breach(pod);
        expect(isBroken(pod), `${what}: ${String(breach)}`).toBe(true);
      }
    }
  });
});

function instancesOf(component: string): readonly Instance[] {
  return table.instances.filter((instance) => component === "all" || instance.component === component);
}

function names(pods: readonly { readonly pod: Pod }[]): string[] {
  return pods.map(({ pod }) => pod.metadata?.name ?? "").sort();
}

function other(entry: Entry): Entry {
  const { value, matches } = entry;
  if (matches !== undefined) return { ...entry, matches: `${matches}x` };
  if (typeof value === "number") return { ...entry, value: value + 1 };
  if (typeof value === "boolean") return { ...entry, value: !value };
  if (Array.isArray(value)) return { ...entry, value: [...value, "x"] };
  return { ...entry, value: typeof value === "object" ? { ...value, x: "x" } : `${JSON.stringify(value)}x` };
}
