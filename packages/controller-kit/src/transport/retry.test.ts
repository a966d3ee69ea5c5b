import { describe, expect, it } from "vitest";
import { BrokenExchangeError, ConnectError, NotProcessedError } from "./http.ts";
import { judgeAnswer, judgeFailure, parseRetryAfter, retryDelayMs } from "./retry.ts";

describe("what a failed attempt says", () => {
  it.each([
    ["a refused stream was never processed", new NotProcessedError("x"), "unprocessed"],
    ["a connection that didn't come about carried nothing", new ConnectError("x"), "unprocessed"],
    ["a broken stream leaves it open", new BrokenExchangeError("x"), "unknown"],
    ["so does anything unheard of", new Error("x"), "unknown"],
  ] as const)("%s", (_, error, verdict) => {
    expect(judgeFailure(error)).toBe(verdict);
  });

  it.each([
    ["429 comes before the request is handled", 429, undefined, "unprocessed"],
    ["so does 503 with a time", 503, 1, "unprocessed"],
    ["a bare 503 may come from anywhere", 503, undefined, "unknown"],
    ["and so may 502", 502, undefined, "unknown"],
    ["500 is the answer", 500, undefined, "final"],
    ["409 is the answer", 409, undefined, "final"],
  ] as const)("%s", (_, code, retryAfter, verdict) => {
    expect(judgeAnswer(code, retryAfter)).toBe(verdict);
  });
});

it.each([
  ["seconds", "7", 7],
  ["a date", "Fri, 20 Nov 2026 10:00:30 GMT", 30],
  ["a date that has passed", "Fri, 20 Nov 2026 09:00:00 GMT", 0],
  ["nothing", undefined, undefined],
  ["nonsense", "soon", undefined],
])("Retry-After may be %s", (_, header, seconds) => {
  expect(parseRetryAfter(header, new Date("2026-11-20T10:00:00Z"))).toBe(seconds);
});

describe("the delay before a repetition", () => {
  const policy = { attempts: 5, firstDelayMs: 100, maxDelayMs: 1000 };

  it("doubles up to its bound", () => {
    expect([2, 3, 4, 5, 6, 9].map((attempt) => retryDelayMs(policy, attempt, undefined, () => 1))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  it("is never shorter than the server asks for", () => {
    expect(retryDelayMs(policy, 2, 3, () => 0)).toBeGreaterThanOrEqual(3000);
  });

  it("is spread by half", () => {
    expect(retryDelayMs(policy, 3, undefined, () => 0)).toBe(100);
  });
});
