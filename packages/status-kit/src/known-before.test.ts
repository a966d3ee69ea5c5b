import { expect, test } from "vitest";
import { knownBefore } from "./known-before.ts";

const registered = { type: "Registered", status: "True", reason: "Registered", message: "There it is." } as const;
const annotations = { "multigres.com/paused": "true" };

test.each([
  ["of this spec holds", { generation: 2 }, 2, registered],
  ["of an older spec doesn't", { generation: 3 }, 2, undefined],
  ["of the spec that a pause holds on to does", { generation: 3, annotations }, 2, registered],
])("what was found %s", (_, metadata, observedGeneration, expected) => {
  const conditions = [{ ...registered, observedGeneration }];
  const object = { metadata, status: { observedGeneration, conditions } };
  expect(knownBefore(object, "Registered")).toEqual(expected);
  expect(knownBefore(object, "Available")).toBeUndefined();
});
