import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { sharedCluster } from "../support/cluster.ts";
import { unchangedDemo } from "../support/unchanged.ts";

const cluster = sharedCluster();

describe("pod security", () => {
  it("case 50: a namespace that enforces the restricted level admits every pod", async () => {
    const namespace = await unchangedDemo(cluster);
    const forbidden = await cluster.kubectl(["run", "plain", "--image=plain", "--dry-run=server", "-n", namespace]);
    expect(forbidden.stderr, "the level is in force").toContain('violates PodSecurity "restricted');
    const { items } = await cluster.api.list(kinds.Pod, { namespace });
    // 3 + 1 of etcd, 2 + 1 gateways, multiadmin, multiorch, and 6 + 2 of the pools.
    expect(items).toHaveLength(17);
  });
});
