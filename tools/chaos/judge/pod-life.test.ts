import { expect, test } from "vitest";
import type { SeenObject } from "./facts.ts";
import { PodLife } from "./pod-life.ts";

function seen(uid: string, createdAt: number, readySince?: number, isDeleting = false): SeenObject {
  const ready = { is: readySince !== undefined, since: readySince ?? createdAt };
  return { kind: "Pod", namespace: "n", name: "p-0", uid, createdAt, labels: {}, isDeleting, ready };
}

test("a pod is ready from the time that it tells until somebody deletes it", () => {
  const life = new PodLife();
  life.see(seen("a", 1_000), 1_200);
  life.see(seen("a", 1_000, 2_000), 2_400);
  life.deletedAt(5_000);
  expect([1_500, 2_000, 4_999, 5_001].map((time) => life.wasReady(time))).toEqual([false, true, true, false]);
  expect(life.wasReady(2_500, 1_000)).toBe(false);
  expect(life.notReadySince(6_000)).toBe(5_000);
});

test("the deletion counts from when it was asked for, not from when it was seen", () => {
  const life = new PodLife();
  life.see(seen("a", 1_000, 1_000), 1_200);
  life.see(seen("a", 1_000, 1_000, true), 5_400);
  life.deletedAt(5_000);
  expect(life.wasReady(5_200)).toBe(false);
});

test("a deletion isn't taken for one of the successor that was made within the same second", () => {
  const life = new PodLife();
  life.see(seen("a", 1_000, 1_000), 1_200);
  life.see(seen("a", 1_000, 1_000, true), 10_400);
  life.see(seen("b", 10_000, 10_000), 10_600);
  life.deletedAt(10_300);
  life.deletedAt(10_450);
  expect(life.wasReady(11_000)).toBe(true);
  expect(life.at(10_200)?.uid).toBe("a");
  expect(life.at(10_700)?.uid).toBe("b");
});

test("a pod that stumbles isn't ready until it is again", () => {
  const life = new PodLife();
  life.see(seen("a", 1_000, 1_000), 1_200);
  life.see({ ...seen("a", 1_000), ready: { is: false, since: 5_000 } }, 5_100);
  life.see(seen("a", 1_000, 8_000), 8_100);
  expect([4_000, 6_000, 9_000].map((time) => life.wasReady(time))).toEqual([true, false, true]);
  expect(life.notReadySince(7_000)).toBe(5_000);
});

test("a pod is ready from the write that made it so, where that is known", () => {
  const life = new PodLife();
  life.see(seen("a", 10_000, 10_000), 10_900);
  expect(life.wasReady(10_500)).toBe(true);
  for (const at of [10_200, 10_800, 11_000]) life.statusWrittenAt(at);
  expect(life.wasReady(10_500)).toBe(false);
  expect(life.wasReady(10_800)).toBe(true);
});
