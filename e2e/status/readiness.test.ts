import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { leanDemo, std } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { condition, settled } from "../support/observing.ts";

const cluster = sharedCluster();

describe("pods that aren't ready", () => {
  it("case 58: ready counts pass from Shard over TableGroup to the cluster, which is Available as long as the quorum is", async () => {
    const namespace = await cluster.namespace("case58");
    await cluster.apply(std(undefined, namespace), leanDemo(undefined, namespace));
    await settled(cluster, namespace);
    const { items } = await cluster.api.list(kinds.Pod, { namespace, labelSelector: "multigres.com/database=prod_db" });
    const [held = "", ...others] = items.map(({ metadata }) => metadata?.name ?? "").sort();
    expect(others).toHaveLength(5);

    await hold(namespace, held);
    await expectTree(namespace, { ready: 5, Available: "True", Progressing: "True", Ready: "False" });
    await eventually(async () => {
      const root = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(condition(root, "Progressing")?.message, "names the pod").toContain(held);
    });

    // One pod of six can't acknowledge what AT_LEAST_2 asks for.
    await hold(namespace, ...others.slice(1));
    await expectTree(namespace, { ready: 1, Available: "False", Progressing: "True", Ready: "False" });

    await release(namespace, held, ...others);
    await expectTree(namespace, { ready: 6, Available: "True", Progressing: "False", Ready: "True" });
  });
});

async function hold(namespace: string, ...pods: readonly string[]): Promise<void> {
  await annotate(namespace, pods, "multigres.com/test-ready=false");
}

async function release(namespace: string, ...pods: readonly string[]): Promise<void> {
  await annotate(namespace, pods, "multigres.com/test-ready-");
}

async function annotate(namespace: string, pods: readonly string[], annotation: string): Promise<void> {
  expect(await cluster.kubectl(["annotate", "pod", ...pods, annotation, "-n", namespace])).toMatchObject({ code: 0 });
}

interface Expected {
  readonly ready: number;
  readonly Available: string;
  readonly Progressing: string;
  readonly Ready: string;
}

async function expectTree(namespace: string, { ready, ...conditions }: Expected): Promise<void> {
  await eventually(async () => {
    const shard = await cluster.api.get(kinds.Shard, { namespace, name: "prod-db-default-0" });
    const tableGroup = await cluster.api.get(kinds.TableGroup, { namespace, name: "prod-db-default" });
    const root = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
    expect(shard.status).toMatchObject({ totalPods: 6, readyPods: ready });
    expect(tableGroup.status).toMatchObject({ totalPods: 6, readyPods: ready });
    expect(root.status).toMatchObject({
      desiredInstances: 8,
      readyInstances: ready + 2,
      databases: {
        prod_db: { desiredInstances: 6, readyInstances: ready },
        tiny_db: { desiredInstances: 2, readyInstances: 2 },
      },
    });
    for (const object of [shard, tableGroup, root]) {
      const found = Object.keys(conditions).map((type) => [type, condition(object, type)?.status]);
      expect(Object.fromEntries(found), `of ${object.kind}`).toEqual(conditions);
    }
  });
}
