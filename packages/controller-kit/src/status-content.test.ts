import { describe, expect, it } from "vitest";
import { contentOf } from "./status-content.ts";

describe("the content of a status", () => {
  const status = (Available: string, more: object = {}) => ({
    observedGeneration: 1,
    conditions: [
      { type: "Available", status: Available, reason: "R", message: "m" },
      { type: "Progressing", status: "True" },
    ],
    ...more,
  });

  it.each([
    ["generation", "the first status", undefined, status("False")],
    ["generation", "a status of another generation", status("True"), status("True", { observedGeneration: 2 })],
    ["generation", "a status without conditions", { phase: "a" }, { phase: "b" }],
    ["truth", "what gets available", status("False"), status("True")],
    ["truth", "what was available and isn't known to be any more", status("True"), status("Unknown")],
    [
      "truth",
      "a condition that wasn't there",
      status("True", { conditions: [{ type: "Available", status: "True" }] }),
      status("True"),
    ],
    [
      "details",
      "a step that is done",
      status("False", { conditions: [{ type: "Registered", status: "Unknown", reason: "Registering" }] }),
      status("False", { conditions: [{ type: "Registered", status: "True", reason: "Registered" }] }),
    ],
    [
      "truth",
      "what stands in the way of a step",
      status("False", { conditions: [{ type: "Registered", status: "Unknown", reason: "Registering" }] }),
      status("False", { conditions: [{ type: "Registered", status: "False", reason: "TopologyConflict" }] }),
    ],
    ["details", "a count", status("False"), status("False", { readyPods: 3 })],
    ["details", "False instead of Unknown", status("Unknown"), status("False")],
    [
      "details",
      "another order of conditions",
      status("True"),
      status("True", { conditions: [...status("True").conditions].reverse() }),
    ],
  ])("is %s for %s", (content, _name, before, after) => {
    expect(contentOf(before, after, "known")).toBe(content);
  });

  it.each([
    ["details", "another thing to wait for", "NotCreatedYet", "PodsNotReady"],
    ["details", "a message", "PodsNotReady", "PodsNotReady"],
    ["truth", "a trouble", "PodsNotReady", "ImagePullBackOff"],
    ["truth", "another trouble", "CrashLoopBackOff", "ImagePullBackOff"],
    ["truth", "the end of a trouble", "ImagePullBackOff", "PodsNotReady"],
  ])("is %s for %s", (content, _name, before, after) => {
    const because = (reason: string, message: string) =>
      status("False", { conditions: [{ type: "Available", status: "False", reason, message }] });
    expect(contentOf(because(before, "a"), because(after, "b"), "known")).toBe(content);
    expect(contentOf(because(before, "a"), because(after, "b"), "comingUp")).toBe(content);
  });

  it.each([
    ["truth", "known"],
    ["truth", "completing"],
    ["details", "comingUp"],
  ] as const)("is %s for another three-valued field of what is %s", (content, phase) => {
    const says = (servingWrites: string) => status("False", { databases: { db: { servingWrites } } });
    expect(contentOf(says("True"), says("Unknown"), phase)).toBe(content);
  });

  describe("of what comes up", () => {
    const pending = { type: "RepositoryPending", status: "True", reason: "RepositoryPending" };
    const of = (...conditions: readonly object[]) =>
      status("False", {
        conditions: [{ type: "Available", status: "False", reason: "BelowQuorum" }, ...conditions],
      });

    it.each([
      ["details", "a step that begins", of(), of({ type: "Registered", status: "Unknown", reason: "Registering" })],
      ["details", "a volume that isn't bound yet", of(), of(pending)],
      ["details", "and is", of(pending), of()],
      [
        "details",
        "having come to rest without serving",
        of({ type: "Progressing", status: "True", reason: "WaitingForPods" }),
        of({ type: "Progressing", status: "False", reason: "Converged" }),
      ],
      ["truth", "that it is available", of(), status("True")],
      ["truth", "what a person must do", of(), of({ type: "Paused", status: "True", reason: "PausedByAnnotation" })],
    ] as const)("is %s for %s", (content, _name, before, after) => {
      expect(contentOf(before, after, "comingUp")).toBe(content);
    });

    it("is truth for all of that once it is known", () => {
      expect(contentOf(of(), of(pending), "known")).toBe("truth");
    });
  });
});
