import { expect, test } from "vitest";
import { wantedOf } from "../expectation/wanted.ts";
import { type Fleet, firstFleet } from "../fleet.ts";
import { isPaused } from "../manifests.ts";
import { Random } from "../random.ts";
import { editKinds, healed, type NextEdit, nextEdit } from "./next-edit.ts";

/** Edits of three clusters, one after another. */
function history(seed: number, edited: number): readonly NextEdit[] {
  const random = new Random(seed);
  const edits: NextEdit[] = [];
  let fleet = firstFleet(3);
  for (let count = 0; count < edited; count++) {
    const edit = nextEdit(fleet, random);
    edits.push(edit);
    fleet = edit.fleet;
  }
  return edits;
}

const many = history(1, 200);

function poolsOf({ clusters, templates }: Fleet) {
  return clusters.flatMap((cluster) => {
    const template = templates.find(({ metadata }) => metadata.namespace === cluster.metadata.namespace);
    return [...wantedOf(cluster, template).databases].flatMap(([database, pools]) =>
      [...pools].map(([key, pool]) => ({ id: `${cluster.metadata.name} ${database} ${key}`, database, cluster, pool })),
    );
  });
}

test("makes every kind of edit", () => {
  expect(new Set(many.map(({ kind }) => kind))).toEqual(new Set(editKinds.map(({ name }) => name)));
});

test("makes the same edits for the same seed", () => {
  expect(history(3, 20)).toEqual(history(3, 20));
});

test("leaves what was before as it was", () => {
  const before = firstFleet(2);
  nextEdit(before, new Random(1));
  expect(before).toEqual(firstFleet(2));
});

test("never shrinks a volume, also not one that is found again", () => {
  const sizes = new Map<string, number>();
  for (const { fleet } of many) {
    for (const { id, pool } of poolsOf(fleet)) {
      expect(pool.gibibytes, id).toBeGreaterThanOrEqual(sizes.get(id) ?? 0);
      sizes.set(id, pool.gibibytes);
    }
  }
});

test("names no cell that isn't there", () => {
  for (const { fleet } of many) {
    for (const { pool, cluster } of poolsOf(fleet)) {
      expect(cluster.spec.cells.map(({ name }) => name)).toContain(pool.cell);
    }
  }
});

test("leaves nothing behind with which a cluster can't be whole", () => {
  const broken = many.map(({ fleet }) => fleet);
  expect(broken.some(({ clusters }) => clusters.some(isPaused))).toBe(true);
  expect(broken.some(({ clusters }) => clusters.some(({ spec }) => spec.images.postgres === "pgctld:crash"))).toBe(
    true,
  );
  for (const fleet of broken.map(healed)) {
    expect(fleet.clusters.filter(isPaused)).toEqual([]);
    expect(JSON.stringify(fleet)).not.toContain(":crash");
  }
});
