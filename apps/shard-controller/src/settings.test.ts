import { expect, test } from "vitest";
import { settings } from "./settings.ts";

test("without overrides names are dialled as they are", () => {
  expect(settings.parse({})).toEqual({ DIAL_OVERRIDES: [] });
});

test("an override that can't be read ends the start, and is named", () => {
  const { error } = settings.safeParse({ DIAL_OVERRIDES: "nonsense" });
  expect(error?.issues).toMatchObject([{ path: ["DIAL_OVERRIDES"], message: expect.stringContaining('"nonsense"') }]);
});
