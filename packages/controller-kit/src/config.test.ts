import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ConfigError, readConfig } from "./config.ts";

const pod = { POD_NAME: "p", POD_NAMESPACE: "ns" };

describe("readConfig", () => {
  it("fills in defaults, taking empty values for unset", () => {
    const { kit } = readConfig({ ...pod, LOG_LEVEL: "", WATCH_NAMESPACE: "" }, z.object({}));
    expect(kit).toEqual({
      ...pod,
      WATCH_NAMESPACE: "",
      LOG_LEVEL: "info",
      METRICS_PORT: 8080,
      HEALTH_PORT: 8081,
      LEADER_ELECTION: true,
      WORKERS: 4,
    });
  });

  it("reads numbers and switches, and the app's own variables", () => {
    const env = { ...pod, METRICS_PORT: "0", LEADER_ELECTION: "false", DEFAULT_IMAGE: "x:1" };
    const { kit, app } = readConfig(env, z.object({ DEFAULT_IMAGE: z.string() }));
    expect([kit.METRICS_PORT, kit.LEADER_ELECTION, app.DEFAULT_IMAGE]).toEqual([0, false, "x:1"]);
  });

  it("names every variable that is missing or wrong, the app's too", () => {
    const env = { POD_NAMESPACE: "ns", METRICS_PORT: "70000", WORKERS: "many", LEADER_ELECTION: "yes" };
    const read = () => readConfig(env, z.object({ DEFAULT_IMAGE: z.string() }));
    expect(read).toThrow(ConfigError);
    for (const part of [
      "POD_NAME is not set: take it from the pod's metadata.name",
      'METRICS_PORT="70000"',
      'WORKERS="many"',
      'LEADER_ELECTION="yes"',
      "DEFAULT_IMAGE is not set",
    ]) {
      expect(read).toThrow(part);
    }
  });

  it("says of an absent variable what the app says about it, and nothing where the app says nothing", () => {
    const image = z.string({ error: "start from the value in deploy/" });
    const read = () => readConfig(pod, z.object({ DEFAULT_IMAGE: image, PLAIN: z.string() }));
    expect(read).toThrow(
      new ConfigError("DEFAULT_IMAGE is not set: start from the value in deploy/; PLAIN is not set"),
    );
  });
});
