import { expect, test } from "vitest";
import { elapsed } from "./progress.ts";

test.each([
  [0, "0 s"],
  [8400, "8 s"],
  [59_600, "1 min 00 s"],
  [125_000, "2 min 05 s"],
  [3_600_000, "60 min 00 s"],
])("%i ms reads %s", (milliseconds, text) => {
  expect(elapsed(milliseconds)).toBe(text);
});
