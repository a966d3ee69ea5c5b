import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { demo, std } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { settled } from "../support/observing.ts";

const cluster = sharedCluster();

describe("pod security", () => {
  it("case 50: a namespace that enforces the restricted level admits every pod", async () => {
    const namespace = await cluster.namespace("case50");
    const enforce = ["label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted"];
    expect(await cluster.kubectl(enforce)).toMatchObject({ code: 0 });
    const forbidden = await cluster.kubectl(["run", "plain", "--image=plain", "-n", namespace]);
    expect(forbidden.stderr, "the level is in force").toContain('violates PodSecurity "restricted');

    await cluster.apply(std(undefined, namespace), demo(undefined, namespace));
    await settled(cluster, namespace);
    const { items } = await cluster.api.list(kinds.Pod, { namespace });
    // 3 + 1 of etcd, 2 + 1 gateways, multiadmin, multiorch, and 6 + 2 of the pools.
    expect(items).toHaveLength(17);
  });
});
