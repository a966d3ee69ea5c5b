import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differences, matches } from "./subset.ts";

const container = { name: "a", image: "a:1", resources: { requests: { cpu: "500m", memory: "1Gi" } } };

describe("differences", () => {
  const cases: {
    name: string;
    desired: unknown;
    live: unknown;
    exact: readonly string[];
    subset: readonly string[];
  }[] = [
    { name: "equal values", desired: { a: 1 }, live: { a: 1 }, exact: [], subset: [] },
    {
      name: "another value",
      desired: { spec: { a: 1 } },
      live: { spec: { a: 2 } },
      exact: ["spec.a"],
      subset: ["spec.a"],
    },
    { name: "a field that only live has", desired: { a: 1 }, live: { a: 1, b: 2 }, exact: ["b"], subset: [] },
    { name: "a field that live lacks", desired: { a: 1 }, live: {}, exact: ["a"], subset: ["a"] },
    { name: "a field set to undefined", desired: { a: undefined }, live: {}, exact: [], subset: [] },
    { name: "null for absent", desired: { a: null }, live: {}, exact: [], subset: [] },
    {
      name: "an empty value that Go leaves out",
      desired: { a: [], b: {}, c: 0, d: "" },
      live: {},
      exact: ["a", "b", "c", "d"],
      subset: [],
    },
    { name: "the order of keys", desired: { a: 1, b: 2 }, live: { b: 2, a: 1 }, exact: [], subset: [] },
    {
      name: "another spelling of a quantity",
      desired: { requests: { cpu: "0.5", memory: "1024Mi" } },
      live: { requests: { cpu: "500m", memory: "1Gi" } },
      exact: [],
      subset: [],
    },
    {
      name: "a number as a quantity",
      desired: { limits: { cpu: 2 } },
      live: { limits: { cpu: "2" } },
      exact: [],
      subset: [],
    },
    {
      name: "the spelling of what is no quantity",
      desired: { env: "1" },
      live: { env: "1.0" },
      exact: ["env"],
      subset: ["env"],
    },
    { name: "a storage size", desired: { storage: "1Gi" }, live: { storage: "1024Mi" }, exact: [], subset: [] },
    {
      name: "a longer list of scalars",
      desired: { args: ["a"] },
      live: { args: ["a", "b"] },
      exact: ["args"],
      subset: ["args"],
    },
    {
      name: "a changed element of a list",
      desired: { l: ["a", "b"] },
      live: { l: ["a", "c"] },
      exact: ["l[1]"],
      subset: ["l[1]"],
    },
    {
      name: "an element that somebody added to a keyed list",
      desired: { c: [container] },
      live: { c: [{ name: "side" }, { ...container, tty: true }] },
      exact: ["c"],
      subset: [],
    },
    {
      name: "a changed element of a keyed list",
      desired: { c: [container] },
      live: { c: [{ ...container, image: "a:2" }] },
      exact: ["c[0].image"],
      subset: ["c[name=a].image"],
    },
    {
      name: "a removed element of a keyed list",
      desired: { c: [container] },
      live: { c: [{ name: "b" }] },
      exact: ["c[0].name", "c[0].image", "c[0].resources"],
      subset: ["c[name=a]"],
    },
    {
      name: "keys that need quotes",
      desired: { labels: { "a/b": "1" } },
      live: { labels: { "a/b": "2" } },
      exact: ['labels["a/b"]'],
      subset: ['labels["a/b"]'],
    },
    {
      name: "an object in place of a list",
      desired: { a: [] as unknown[] },
      live: { a: { b: 1 } },
      exact: ["a"],
      subset: ["a"],
    },
  ];
  it.each(cases)("tells $name", ({ desired, live, exact, subset }) => {
    expect(differences(desired, live, "exact")).toEqual(exact);
    expect(differences(desired, live, "subset")).toEqual(subset);
  });

  it("stops at its limit", () => {
    expect(differences({ a: 1, b: 2, c: 3 }, {}, "exact", "", 2)).toHaveLength(2);
  });

  it("finds any JSON value equal to itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(matches(value, structuredClone(value), "exact")).toBe(true);
        expect(matches(value, structuredClone(value), "subset")).toBe(true);
      }),
    );
  });

  it("finds every added or changed top-level field in exact comparison", () => {
    const object = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.integer());
    fc.assert(
      fc.property(object, object, (desired, live) => {
        const changed = [...new Set([...Object.keys(desired), ...Object.keys(live)])].filter(
          (k) => desired[k] !== live[k],
        );
        expect([...differences(desired, live, "exact", "", 100)].sort()).toEqual(changed.sort());
      }),
    );
  });
});
