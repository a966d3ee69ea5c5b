import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const cluster = sharedCluster();

describe("evictions", () => {
  it("case 49: of a pool with three replicas one Ready pod may be evicted and no second one meanwhile; a single replica blocks no drain", async () => {
    const namespace = await cluster.namespace("case49");
    const made = small(namespace);
    made.spec.databases = [
      { name: "three", spec: { pools: [{ type: "replica", cell: "z1", replicas: 3 }] } },
      { name: "one", spec: { pools: [{ type: "replica", cell: "z1", replicas: 1 }] } },
    ];
    await cluster.apply(made);
    const budgets = async () => {
      const { items } = await cluster.api.list(kinds.PodDisruptionBudget, {
        namespace,
        labelSelector: "app.kubernetes.io/component=shard-pool",
      });
      return Object.fromEntries(
        items.map(({ metadata, status }) => [
          metadata?.labels?.["multigres.com/database"] ?? "",
          { allowed: status?.disruptionsAllowed, healthy: status?.currentHealthy },
        ]),
      );
    };
    const whole = { three: { allowed: 1, healthy: 3 }, one: { allowed: 1, healthy: 1 } };
    await eventually(async () => expect(await budgets()).toEqual(whole));

    const [first = "", second = ""] = await podsOf(namespace, "three");
    // Stays on its way out, as a pod does that is shutting down.
    await patchMetadata(namespace, first, { finalizers: ["multigres.com/test"] });
    expect(await evict(namespace, first)).toMatchObject({ code: 0 });
    expect(await evict(namespace, second)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("disruption budget"),
    });
    await eventually(async () => expect(await budgets()).toMatchObject({ three: { allowed: 0, healthy: 2 } }));
    expect(await evict(namespace, second)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("disruption budget"),
    });

    await patchMetadata(namespace, first, { finalizers: null });
    await eventually(async () => expect(await budgets()).toEqual(whole));
    expect(await evict(namespace, second)).toMatchObject({ code: 0 });

    const [single = ""] = await podsOf(namespace, "one");
    expect(await evict(namespace, single)).toMatchObject({ code: 0 });
  });
});

async function podsOf(namespace: string, database: string): Promise<string[]> {
  const { items } = await cluster.api.list(kinds.Pod, {
    namespace,
    labelSelector: `multigres.com/database=${database}`,
  });
  return items.map(({ metadata }) => metadata?.name ?? "").sort();
}

async function patchMetadata(namespace: string, name: string, metadata: unknown): Promise<void> {
  await cluster.api.mergePatch(kinds.Pod, { namespace, name }, { metadata });
}

/** What `kubectl drain` does to each pod. */
function evict(namespace: string, name: string) {
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  return cluster.kubectl(["create", "--raw", path, "-f", "-"], { stdin: JSON.stringify(eviction) });
}
