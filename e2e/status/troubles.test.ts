import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { condition, eventsOn } from "../support/observing.ts";

const cluster = sharedCluster();

describe("pods that can't run", () => {
  it("case 61: a crash loop and an image that can't be pulled surface up to the cluster, with pod and container, and as Events", async () => {
    const namespace = await cluster.namespace("case61");
    const made = small(namespace);
    made.spec.images = { multigateway: "multigres/multigres:imagepull", multipooler: "multigres/multigres:crash" };
    await cluster.apply(made);
    const name = { namespace, name: "small" };
    await eventually(async () => {
      const root = await cluster.api.get(kinds.MultigresCluster, name);
      const available = condition(root, "Available");
      expect(available).toMatchObject({ status: "False", reason: "ImagePullBackOff" });
      expect(available?.message).toMatch(/Pod small-z1-gateway-\S+, container multigateway: ImagePullBackOff/);
      expect(available?.message).toMatch(/Pod small-db-replica-\S+, container multipooler: CrashLoopBackOff/);
    });
    await eventually(async () => {
      const cell = await cluster.api.get(kinds.Cell, { namespace, name: "small-z1" });
      expect(condition(cell, "Available")).toMatchObject({
        reason: "ImagePullBackOff",
        message: expect.stringMatching(/Pod small-z1-gateway-\S+, container multigateway: ImagePullBackOff/),
      });
      const shard = await cluster.api.get(kinds.Shard, { namespace, name: "db-default-0" });
      expect(condition(shard, "Progressing")).toMatchObject({
        reason: "CrashLoopBackOff",
        message: expect.stringMatching(/Pod small-db-replica-\S+, container multipooler: CrashLoopBackOff/),
      });
    });
    await eventually(async () => {
      const pulling = await eventsOn(cluster, namespace, { kind: "Cell", name: "small-z1" }, "ImagePullBackOff");
      expect(pulling.map(({ type, note }) => ({ type, note }))).toContainEqual({
        type: "Warning",
        note: expect.stringContaining("container multigateway"),
      });
      const regarding = { kind: "Shard", name: "db-default-0" };
      const crashing = await eventsOn(cluster, namespace, regarding, "CrashLoopBackOff");
      expect(crashing.map(({ type, note }) => ({ type, note }))).toContainEqual({
        type: "Warning",
        note: expect.stringContaining("container multipooler"),
      });
    });
  });
});
