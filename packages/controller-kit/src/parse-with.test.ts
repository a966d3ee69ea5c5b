import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseWith } from "./parse-with.ts";

const parse = parseWith(
  z.object({ kind: z.string(), spec: z.object({ size: z.number(), more: z.array(z.string()) }) }),
);

describe("parseWith", () => {
  it("gives the object itself, with fields that the schema doesn't know", () => {
    const object = { kind: "Toy", spec: { size: 1, more: [], future: true } };
    const parsed = parse(object);
    expect(parsed.ok && parsed.value).toBe(object);
  });

  it("names each field that is wrong by its path", () => {
    const broken = { kind: "Toy", spec: { size: "1", more: ["a", 2] } };
    expect(parse(broken)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^spec\.size: .*; spec\.more\.1: .*/),
    });
    expect(parse({ kind: "Toy" })).toMatchObject({ message: expect.stringMatching(/^spec: /) });
  });

  it("names five fields of an object in which everything is wrong", () => {
    const broken = { kind: "Toy", spec: { size: 1, more: [1, 2, 3, 4, 5, 6, 7] } };
    const parsed = parse(broken);
    expect(!parsed.ok && parsed.message.split("; ")).toHaveLength(5);
  });
});
