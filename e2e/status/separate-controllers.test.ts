import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demo, std, volume } from "../fixtures/demo.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, settled } from "../support/observing.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";

let cluster: OwnCluster;
const namespace = "default";

beforeAll(async () => {
  cluster = await startOwnCluster({ only: ["cluster-controller"] });
});
afterAll(() => cluster?.stop());

function read(): Promise<MultigresCluster> {
  return cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
}

async function stopController(name: string): Promise<void> {
  await cluster.operator.controllers.get(name)?.stop();
}

/** The tests build on each other: each begins with the cluster and the controllers that the one before leaves. */
describe("a parent without its children's controllers", () => {
  it("case 56: with the cluster-controller alone, Available never becomes True", async () => {
    const history = await cluster.history(kinds.MultigresCluster, namespace);
    await cluster.apply(std(undefined, namespace), demo(undefined, namespace));
    // All that the cluster-controller runs itself is well by then.
    await eventually(async () =>
      expect((await read()).status).toMatchObject({
        multiadmin: { available: "True" },
        multiorch: { available: "True" },
        globalTopoServer: { etcd: { available: "Unknown" } },
        cells: { z1: { gatewayAvailable: "Unknown" }, z2: { gatewayAvailable: "Unknown" } },
        databases: { prod_db: { desiredInstances: 6, readyInstances: 0 } },
      }),
    );
    await always(async () => expect(condition(await read(), "Available")?.status).not.toBe("True"));
    history.stop();
    const everAvailable = history.versions.filter((version) => condition(version, "Available")?.status === "True");
    expect(everAvailable).toEqual([]);
  });

  it("case 59: a child whose status lags its spec isn't counted as ready", async () => {
    for (const name of ["topo-controller", "cell-controller", "tablegroup-controller", "shard-controller"]) {
      await cluster.operator.start(name);
    }
    await settled(cluster, namespace);

    await stopController("shard-controller");
    await cluster.apply(
      demo(({ spec }) => {
        const tiny = spec.databases?.find(({ name }) => name === "tiny_db");
        if (tiny)
          tiny.spec.pools = [{ type: "replica", cell: "z2", replicas: 3, dataVolumeClaimTemplate: volume("1Gi") }];
      }, namespace),
    );
    const shardName = { namespace, name: "tiny-db-default-0" };
    await eventually(async () => {
      const shard = await cluster.api.get(kinds.Shard, shardName);
      expect(shard.metadata.generation).toBe(2);
      expect(shard.status, "of its first spec, and good").toMatchObject({ observedGeneration: 1, readyPods: 2 });
      const tableGroup = await cluster.api.get(kinds.TableGroup, { namespace, name: "tiny-db-default" });
      expect(tableGroup.status).toMatchObject({ observedGeneration: 2, readyShards: 0, readyPods: 0, totalPods: 3 });
      expect((await read()).status).toMatchObject({
        observedGeneration: 2,
        databases: {
          prod_db: { desiredInstances: 6, readyInstances: 6 },
          tiny_db: { desiredInstances: 3, readyInstances: 0 },
        },
      });
    });
    const expectUnavailable = async () => {
      const tableGroup = await cluster.api.get(kinds.TableGroup, { namespace, name: "tiny-db-default" });
      for (const parent of [tableGroup, await read()]) {
        expect(condition(parent, "Available")).toMatchObject({ status: "Unknown", reason: "ChildrenNotObserved" });
        expect(condition(parent, "Available")?.message).toContain("Shard tiny-db-default-0");
      }
    };
    await eventually(expectUnavailable);
    await always(expectUnavailable);

    await cluster.operator.start("shard-controller");
    const { status } = await settled(cluster, namespace);
    expect(status?.databases?.["tiny_db"]).toMatchObject({ desiredInstances: 3, readyInstances: 3 });
  });

  it("case 60: kubectl wait for Available never returns on the state before an edit", async () => {
    const waitAvailable = (timeout: string) =>
      cluster.kubectl([
        "wait",
        "--for=condition=Available",
        `--timeout=${timeout}`,
        "-n",
        namespace,
        "multigrescluster/demo",
      ]);
    const scaleGateways = (replicas: number) =>
      cluster.apply(
        demo(({ spec }) => {
          for (const { name, spec: cell } of spec.cells) {
            if (name === "z1" && cell) cell.multiGateway = { static: { replicas } };
          }
        }, namespace),
      );

    await stopController("cluster-controller");
    await scaleGateways(3);
    expect(condition(await read(), "Available")?.status, "what stands there is old").toBe("True");
    expect(await waitAvailable("3s")).toMatchObject({ code: 1 });
    await cluster.operator.start("cluster-controller");

    // The Cell or its Deployment, one of the two is always behind at first.
    for (const replicas of [3, 1, 4, 2]) {
      await scaleGateways(replicas);
      expect(await waitAvailable("60s")).toMatchObject({ code: 0 });
      const deployment = await cluster.api.get(kinds.Deployment, { namespace, name: "demo-z1-gateway" });
      expect(deployment.spec?.replicas).toBe(replicas);
      expect(deployment.status?.observedGeneration).toBe(deployment.metadata?.generation);
      const cell = await cluster.api.get(kinds.Cell, { namespace, name: "demo-z1" });
      expect(cell.status).toMatchObject({ observedGeneration: cell.metadata.generation, gatewayReplicas: replicas });
    }
  });
});
