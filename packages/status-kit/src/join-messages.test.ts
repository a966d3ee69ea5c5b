import { describe, expect, test } from "vitest";
import { joinMessages } from "./join-messages.ts";

describe("joinMessages", () => {
  test.each<[string, readonly (string | undefined)[], string]>([
    ["nothing", [], ""],
    ["one", ["a"], "a"],
    ["several in their order", ["b", "a"], "b; a"],
    ["gaps", [undefined, "a", "", "b"], "a; b"],
    ["repetitions", ["a", "b", "a"], "a; b"],
    ["sentences", ["A is gone. Make it again.", "B is, too.", "c"], "A is gone. Make it again; B is, too; c"],
    ["sentences at the end", ["a", "B is gone."], "a; B is gone."],
  ])("joins %s", (_, parts, joined) => {
    expect(joinMessages(parts)).toBe(joined);
  });

  test("counts what has no room", () => {
    const parts = Array.from({ length: 50 }, (_, index) => `Pod demo-${index} isn't ready`);
    const joined = joinMessages(parts, 128);
    expect(joined).toBe(
      "Pod demo-0 isn't ready; Pod demo-1 isn't ready; Pod demo-2 isn't ready; Pod demo-3 isn't ready; and 46 more",
    );
    expect(joined.length).toBeLessThanOrEqual(128);
  });

  test("shortens what would fill it alone, so that others still fit", () => {
    const joined = joinMessages(["x".repeat(5000), "short"]);
    expect(joined).toMatch(/^x+…; short$/);
    expect(joined.length).toBeLessThanOrEqual(1024);
  });

  test("cuts several long ones alike, so that each culprit is named", () => {
    const parts = ["a", "b", "c"].map((start) => start.padEnd(600, "."));
    const joined = joinMessages([...parts, "e"]);
    expect(joined).toMatch(/^a\.+…; b\.+…; c\.+…; e$/);
    expect(joined.length).toBeGreaterThan(1000);
  });

  test("counts what would be cut to less than a fifth of the room", () => {
    const parts = Array.from({ length: 9 }, (_, index) => `${index}`.padEnd(600, "."));
    expect(joinMessages(parts)).toMatch(/^0\.+…; 1\.+…; 2\.+…; 3\.+…; and 5 more$/);
  });

  test.each([64, 65, 100, 1024])("stays within %i characters, whatever it is given", (limit) => {
    for (const length of [1, 20, 31, 32, 33, 60, 500, 5000]) {
      const parts = Array.from({ length: 9 }, (_, index) => `${index}`.padEnd(length, "y"));
      expect(joinMessages(parts, limit).length).toBeLessThanOrEqual(limit);
    }
  });

  test("never cuts a character in half, which the server would store as another one", () => {
    for (const start of ["", "x"]) {
      const joined = joinMessages([`${start}${"🐘".repeat(600)}`]);
      expect(joined).toContain("🐘…");
      expect(Buffer.from(joined).toString()).toBe(joined);
    }
  });
});
