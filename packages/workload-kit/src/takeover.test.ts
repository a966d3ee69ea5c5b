import { describe, expect, test } from "vitest";
import { carriesIdentityOf } from "./takeover.ts";

const identity = { "app.kubernetes.io/component": "multigateway", "multigres.com/cell": "z1" };
const carried = { ...identity, "app.kubernetes.io/managed-by": "multigres-operator" };

describe("carriesIdentityOf", () => {
  const desired = { metadata: { labels: carried }, spec: { selector: { matchLabels: identity } } };

  test.each([
    ["the same object with more labels", { ...desired, metadata: { labels: { ...carried, more: "x" } } }, true],
    ["an object that lacks a label", { ...desired, metadata: { labels: identity } }, false],
    [
      "an object with another label value",
      { ...desired, metadata: { labels: { ...carried, "multigres.com/cell": "z2" } } },
      false,
    ],
    ["an object that selects other pods", { ...desired, spec: { selector: { matchLabels: {} } } }, false],
    [
      "an object that selects more narrowly",
      { ...desired, spec: { selector: { matchLabels: { ...identity, a: "b" } } } },
      false,
    ],
    ["an object without labels", { spec: desired.spec }, false],
  ])("of %s", (_, live, same) => {
    expect(carriesIdentityOf(desired)(live)).toBe(same);
  });

  test("compares a Service's selector too", () => {
    const gateway = { metadata: { labels: carried }, spec: { selector: identity } };
    expect(carriesIdentityOf(gateway)(structuredClone(gateway))).toBe(true);
    expect(carriesIdentityOf(gateway)({ ...gateway, spec: { selector: { app: "other" } } })).toBe(false);
  });

  test("never takes anything for a desired object without labels", () => {
    expect(carriesIdentityOf({})({})).toBe(false);
  });
});
