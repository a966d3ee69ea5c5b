import { expect, test } from "vitest";
import { parseBusySeconds, parseCpuSeconds, parseMemory } from "./process-figures.ts";

const status = `Name:	node
VmPeak:	 1234567 kB
VmHWM:	   81920 kB
VmRSS:	   61440 kB
RssAnon:	   20480 kB
RssFile:	   40960 kB
RssShmem:	       0 kB
`;

test("anonymous, resident and peak memory are read in MiB", () => {
  expect(parseMemory(status)).toEqual({ anonymous: 20, resident: 60, peakResident: 80 });
});

test.each(["", "Name:\tnode\nState:\tZ (zombie)\n", status.replace("RssAnon", "XRssAnon")])(
  "what has no memory has no figures",
  (text) => {
    expect(parseMemory(text)).toBeUndefined();
  },
);

test("user and system time are added up, whatever the program is called", () => {
  const stat = "42 (a ) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 7 20 0 11 0 100 1 2";
  expect(parseCpuSeconds(stat)).toBe(3);
});

test("a text that isn't a stat line gives no figure", () => {
  expect(parseCpuSeconds("")).toBeUndefined();
});

test("a machine's idle and waiting time isn't busy, stolen time is", () => {
  expect(parseBusySeconds("cpu  100 20 30 9999 8888 5 5 40 7 7\ncpu0 1 1 1 1 1 1 1 1 1 1\n")).toBe(2);
  expect(parseBusySeconds("")).toBeUndefined();
});
