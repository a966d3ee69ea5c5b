import { describe, expect, it } from "vitest";
import { phaseOf } from "./status-phase.ts";

const created = "2026-01-01T00:00:00Z";
const soon = "2026-01-01T00:00:05Z";
const later = "2026-01-01T02:00:00Z";

interface Told {
  readonly available?: string;
  readonly ready?: string;
  readonly since?: string;
  readonly reason?: string;
  readonly stalled?: string;
}

function status({ available = "False", ready = "False", since = soon, reason = "PodsNotReady", stalled }: Told = {}) {
  return {
    conditions: [
      { type: "Available", status: available, reason, lastTransitionTime: since },
      { type: "Ready", status: ready, reason, lastTransitionTime: since },
      ...(stalled === undefined ? [] : [{ type: "Stalled", status: stalled, reason: "NothingToDo" }]),
    ],
  };
}

describe("the phase of an object", () => {
  it.each([
    ["comingUp", "while it has never been available", status()],
    ["comingUp", "while nothing is known of it yet", status({ available: "Unknown" })],
    ["comingUp", "while nothing waits for a person", status({ stalled: "False" })],
    ["completing", "while it has never been ready", status({ available: "True" })],
    ["known", "once it is ready", status({ available: "True", ready: "True" })],
    ["known", "when it was available before", status({ since: later })],
    ["known", "when it was ready before", status({ available: "True", since: later })],
    ["known", "while it is in trouble", status({ reason: "ImagePullBackOff" })],
    ["known", "while a part of it is in trouble", status({ available: "True", reason: "ImagePullBackOff" })],
    ["known", "while something waits for a person", status({ stalled: "True" })],
    ["known", "when its status has no conditions", {}],
  ] as const)("is %s %s", (phase, _name, told) => {
    expect(phaseOf(created, told, undefined)).toBe(phase);
  });

  it.each([
    ["comingUp", "comingUp", "however often it isn't known whether it is available", status({ since: later })],
    ["comingUp", "completing", "when it gets available late", status({ available: "True", since: later })],
    ["comingUp", "known", "when it gets ready at once", status({ available: "True", ready: "True" })],
    ["completing", "completing", "until it is ready", status({ available: "True", since: later })],
    ["completing", "known", "when it breaks within its first minute", status()],
    ["known", "known", "whatever becomes of it", status()],
  ] as const)("after %s is %s %s", (last, phase, _name, told) => {
    expect(phaseOf(created, told, last)).toBe(phase);
  });
});
