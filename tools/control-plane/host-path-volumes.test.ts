import { expect, test } from "vitest";
import { hostPathVolumesIn } from "./host-path-volumes.ts";

const first = "/tmp/hostpath_pv/2f62f71e-b8d7-48d6-b618-05c3cfceb33c";
const second = "/tmp/hostpath_pv/f3145788-45c0-42b5-af49-bec5b1d16595";

test("volumes are found among the other bytes of a log, each once", () => {
  expect(hostPathVolumesIn(Buffer.from(`\0\xff${first}\x12\0${second}"${first}\0`, "latin1"))).toEqual([first, second]);
});

test.each([
  "",
  "/tmp/hostpath_pv/",
  "/tmp/hostpath_pv/../etc",
  "/tmp/hostpath_pv/2f62f71e",
  "/home/hostpath_pv/2f62f71e-b8d7-48d6-b618-05c3cfceb33c",
])("%j names no volume, so nothing is removed for it", (text) => {
  expect(hostPathVolumesIn(Buffer.from(text))).toEqual([]);
});
