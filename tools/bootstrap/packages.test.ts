import { expect, test } from "vitest";
import { isInstalled } from "./packages.mjs";

const wanted = {
  packages: {
    "": { version: "0.1.0" },
    "packages/mine": { version: "0.1.0" },
    "node_modules/mine": { link: true },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/a-linux": { version: "1.0.0", optional: true },
    "packages/mine/node_modules/b": { version: "2.0.0" },
  },
};
const installed = {
  packages: {
    "packages/mine": { version: "0.1.0" },
    "node_modules/mine": { link: true },
    "node_modules/a": { version: "1.0.0" },
    "packages/mine/node_modules/b": { version: "2.0.0" },
  },
};
const without = (path: string) => ({
  packages: Object.fromEntries(Object.entries(installed.packages).filter(([key]) => key !== path)),
});

test("packages are installed when all but other platforms' are there", () => {
  expect(isInstalled(wanted, installed)).toBe(true);
});

test.each(["node_modules/mine", "node_modules/a", "packages/mine/node_modules/b"])(
  "they aren't when %s is missing",
  (path) => {
    expect(isInstalled(wanted, without(path))).toBe(false);
  },
);

test("they aren't when one has another version, or npm didn't finish", () => {
  const other = { packages: { ...installed.packages, "node_modules/a": { version: "1.0.1" } } };
  expect(isInstalled(wanted, other)).toBe(false);
  const platform = { packages: { ...installed.packages, "node_modules/a-linux": { version: "0.9.0" } } };
  expect(isInstalled(wanted, platform)).toBe(false);
  expect(isInstalled(wanted, undefined)).toBe(false);
});
