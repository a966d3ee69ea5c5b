import { describe, expect, test } from "vitest";
import type { Summary } from "./conditions.ts";
import { baseStatus, malformedStatus } from "./status.ts";

const now = new Date("2026-11-20T10:00:00Z");
const well: Summary = {
  available: { status: "True", reason: "AllAvailable", message: "fine" },
  progressing: { status: "False", reason: "Converged", message: "done" },
};
const words = (status: ReturnType<typeof baseStatus>) =>
  status.conditions.map(({ type, status: value }) => `${type}=${value}`);

describe("baseStatus", () => {
  test("speaks of the object's generation, in every condition", () => {
    const status = baseStatus({ metadata: { generation: 7 } }, { summary: well, failures: [] }, now);
    expect(status.observedGeneration).toBe(7);
    expect(status.conditions.map(({ observedGeneration }) => observedGeneration)).toEqual([7, 7, 7, 7]);
    expect(words(status)).toEqual(["Available=True", "Progressing=False", "Ready=True", "Stalled=False"]);
  });

  test("tells failed writes, taken names and what only this kind has", () => {
    const others = [{ type: "Paused", status: "True", reason: "PausedByAnnotation", message: "p" } as const];
    const failures = [{ reason: "NameConflict", message: "Cell x exists" } as const];
    expect(words(baseStatus({ metadata: {} }, { summary: well, failures, others }, now))).toEqual([
      "Available=True",
      "Progressing=True",
      "Ready=False",
      "Stalled=True",
      "NameConflict=True",
      "Paused=True",
    ]);
  });

  test("keeps the time of a condition whose status stays", () => {
    const conditions = [{ type: "Available", status: "True" as const, lastTransitionTime: "2026-01-01T00:00:00Z" }];
    const status = baseStatus({ metadata: {}, status: { conditions } }, { summary: well, failures: [] }, now);
    expect(status.conditions.map(({ lastTransitionTime }) => lastTransitionTime?.slice(0, 4))).toEqual([
      "2026",
      "2026",
      "2026",
      "2026",
    ]);
    expect(status.conditions[0]?.lastTransitionTime).toBe("2026-01-01T00:00:00Z");
  });
});

describe("malformedStatus", () => {
  test("says what is wrong and knows nothing else", () => {
    const status = malformedStatus({ metadata: { generation: 2 }, status: { conditions: [] } }, "spec.x: missing", now);
    expect(words(status)).toEqual(["Available=Unknown", "Progressing=True", "Ready=Unknown", "Stalled=True"]);
    expect(status.observedGeneration).toBe(2);
    expect(new Set(status.conditions.map(({ reason, message }) => `${reason} ${message}`))).toEqual(
      new Set(["InvalidObject spec.x: missing"]),
    );
  });

  test("begins with Available=False on an object that never had one", () => {
    expect(words(malformedStatus({ metadata: {} }, "m", now))[0]).toBe("Available=False");
  });
});
