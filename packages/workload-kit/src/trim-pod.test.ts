import { describe, expect, test } from "vitest";
import { trimPod } from "./trim-pod.ts";

describe("trimPod", () => {
  test("keeps metadata and health, and drops what changes without meaning", () => {
    const metadata = { name: "p", uid: "u", labels: { a: "b" } };
    const trimmed = trimPod({
      metadata,
      spec: { nodeName: "n1", containers: [{ name: "c" }] },
      status: {
        phase: "Running",
        reason: "Evicted",
        message: "too little memory",
        podIP: "10.0.0.1",
        conditions: [{ type: "Ready", status: "False", reason: "r", message: "m", lastProbeTime: new Date(0) }],
        containerStatuses: [
          {
            name: "c",
            image: "i",
            imageID: "id",
            ready: false,
            restartCount: 4,
            state: { terminated: { exitCode: 1, reason: "Error", message: "boom", finishedAt: new Date(0) } },
            lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: new Date(0) } },
          },
        ],
      },
    });
    expect(trimmed).toMatchObject({
      metadata,
      spec: { nodeName: "n1", containers: [] },
      status: {
        reason: "Evicted",
        message: "too little memory",
        conditions: [{ type: "Ready", status: "False", reason: "r", message: "m" }],
        containerStatuses: [
          {
            name: "c",
            ready: false,
            state: { terminated: { exitCode: 1, reason: "Error", message: "boom" } },
            lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
          },
        ],
      },
    });
    expect(JSON.stringify(trimmed)).not.toMatch(/podIP|lastProbeTime|finishedAt|"i"|:4/);
  });
});
