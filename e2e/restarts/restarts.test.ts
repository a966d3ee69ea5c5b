import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { small, type Wishes } from "../fixtures/small.ts";
import { type ControllerName, controllerNames } from "../support/controllers.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, settled } from "../support/observing.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { controllerRequests } from "../support/requests.ts";

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startOwnCluster();
});
afterAll(() => cluster?.stop());

async function stopController(name: ControllerName): Promise<void> {
  await cluster.operator.controllers.get(name)?.stop();
}

async function restart(name: ControllerName): Promise<void> {
  await stopController(name);
  await cluster.operator.start(name);
}

describe("a generated password", () => {
  const key = (namespace: string) => ({ namespace, name: "small-postgres" });
  const secret = (namespace: string) => cluster.api.get(kinds.Secret, key(namespace));
  const passwordIn = ({ data }: Awaited<ReturnType<typeof secret>>) =>
    Buffer.from(data?.["password"] ?? "", "base64").toString();
  const secretRequests = (namespace: string) =>
    controllerRequests(cluster)
      .filter((request) => request.resource === "core/secrets" && request.namespace === namespace)
      .map(({ by, verb, code }) => `${by} ${verb} ${code}`);

  async function deleteCluster(namespace: string): Promise<void> {
    await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "small" });
    await eventually(async () => expect((await cluster.api.list(kinds.Pod, { namespace })).items).toEqual([]));
  }

  it("is generated once, is asked for by no restart or edit, stays with the data and is found again", async () => {
    const namespace = await cluster.namespace("password");
    await cluster.apply(small(namespace));
    const { status } = await settled(cluster, namespace, "small");
    expect(status?.postgresPasswordSecretName).toBe("small-postgres");
    const made = await secret(namespace);
    expect(made.metadata).toMatchObject({ labels: { "multigres.com/cluster": "small" } });
    expect(made.metadata).not.toHaveProperty("ownerReferences");
    expect(Object.keys(made.data ?? {})).toEqual(["password"]);
    expect(passwordIn(made)).toMatch(/^[A-Za-z0-9_-]{43}$/);

    await restart("cluster-controller");
    await cluster.apply(small(namespace, { gateways: 2 }));
    await settled(cluster, namespace, "small");
    expect(secretRequests(namespace)).toEqual(["cluster-controller create 201"]);

    await deleteCluster(namespace);
    await cluster.apply(small(namespace));
    await settled(cluster, namespace, "small");
    const found = await secret(namespace);
    expect(found).toEqual(made);
    expect(secretRequests(namespace)).toEqual(["cluster-controller create 201", "cluster-controller create 409"]);

    const other = await cluster.namespace("other");
    await cluster.apply(small(other));
    await settled(cluster, other, "small");
    expect(passwordIn(await secret(other))).not.toBe(passwordIn(made));

    // Neither in objects nor in what anybody says.
    const everything = await cluster.kubectl([
      "get",
      "all,mgc,cells,tablegroups,shards,events,configmaps",
      "-A",
      "-o",
      "json",
    ]);
    const logs = controllerNames.map((name) =>
      readFileSync(join(cluster.plane.directory, "logs", `${name}-0.log`), "utf8"),
    );
    for (const text of [everything.stdout, ...logs]) {
      expect(text.length).toBeGreaterThan(100);
      for (const form of [passwordIn(made), made.data?.["password"] ?? ""]) expect(text).not.toContain(form);
    }
  });

  it("isn't made again when somebody deletes it, because the data has the old one", async () => {
    const namespace = await cluster.namespace("lost");
    await cluster.apply(small(namespace));
    await settled(cluster, namespace, "small");
    await cluster.api.delete(kinds.Secret, key(namespace));
    await restart("cluster-controller");
    await cluster.apply(small(namespace, { gateways: 2 }));
    await settled(cluster, namespace, "small");
    expect(secretRequests(namespace)).toEqual(["cluster-controller create 201"]);
  });
});

/** The tests build on each other: each begins with the cluster and the controllers that the one before leaves. */
describe("a parent without its children's controllers", () => {
  const childControllers = controllerNames.filter((name) => name !== "cluster-controller");
  const namespace = "default";

  /** Two databases, of which only one is changed. */
  function wanted(wishes: Wishes = {}): MultigresCluster {
    const made = small(namespace, wishes);
    made.spec.databases?.push({
      name: "sibling",
      spec: { pools: [{ type: "replica", cell: "z1", replicas: 2 }] },
    });
    return made;
  }

  function read(): Promise<MultigresCluster> {
    return cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
  }

  beforeAll(async () => {
    for (const name of childControllers) await stopController(name);
  });

  it("case 56: with the cluster-controller alone, Available never becomes True", async () => {
    const history = await cluster.history(kinds.MultigresCluster, namespace);
    await cluster.apply(wanted());
    // All that the cluster-controller runs itself is well by then.
    await eventually(async () =>
      expect((await read()).status).toMatchObject({
        multiadmin: { available: "True" },
        multiorch: { available: "True" },
        globalTopoServer: { etcd: { available: "Unknown" } },
        cells: { z1: { gatewayAvailable: "Unknown" } },
        databases: { db: { desiredInstances: 2, readyInstances: 0 } },
      }),
    );
    await always(async () => expect(condition(await read(), "Available")?.status).not.toBe("True"));
    history.stop();
    const everAvailable = history.versions.filter((version) => condition(version, "Available")?.status === "True");
    expect(everAvailable).toEqual([]);
  });

  it("case 59: a child whose status lags its spec isn't counted as ready", async () => {
    for (const name of childControllers) await cluster.operator.start(name);
    await settled(cluster, namespace, "small");

    await stopController("shard-controller");
    await cluster.apply(wanted({ pods: 3 }));
    const shardName = { namespace, name: "db-default-0" };
    await eventually(async () => {
      const shard = await cluster.api.get(kinds.Shard, shardName);
      expect(shard.metadata.generation).toBe(2);
      expect(shard.status, "of its first spec, and good").toMatchObject({ observedGeneration: 1, readyPods: 2 });
      const tableGroup = await cluster.api.get(kinds.TableGroup, { namespace, name: "db-default" });
      expect(tableGroup.status).toMatchObject({ observedGeneration: 2, readyShards: 0, readyPods: 0, totalPods: 3 });
      expect((await read()).status).toMatchObject({
        observedGeneration: 2,
        databases: {
          sibling: { desiredInstances: 2, readyInstances: 2 },
          db: { desiredInstances: 3, readyInstances: 0 },
        },
      });
    });
    const expectUnavailable = async () => {
      const tableGroup = await cluster.api.get(kinds.TableGroup, { namespace, name: "db-default" });
      for (const parent of [tableGroup, await read()]) {
        expect(condition(parent, "Available")).toMatchObject({ status: "Unknown", reason: "ChildrenNotObserved" });
        expect(condition(parent, "Available")?.message).toContain("Shard db-default-0");
      }
    };
    await eventually(expectUnavailable);
    await always(expectUnavailable);

    await cluster.operator.start("shard-controller");
    const { status } = await settled(cluster, namespace, "small");
    expect(status?.databases?.["db"]).toMatchObject({ desiredInstances: 3, readyInstances: 3 });
  });

  it("case 60: kubectl wait for Available never returns on the state before an edit", async () => {
    const waitAvailable = (timeout: string) =>
      cluster.kubectl([
        "wait",
        "--for=condition=Available",
        `--timeout=${timeout}`,
        "-n",
        namespace,
        "multigrescluster/small",
      ]);
    await stopController("cluster-controller");
    await cluster.apply(wanted({ gateways: 3 }));
    expect(condition(await read(), "Available")?.status, "what stands there is old").toBe("True");
    expect(await waitAvailable("3s")).toMatchObject({ code: 1 });
    await cluster.operator.start("cluster-controller");

    // The Cell or its Deployment, one of the two is always behind at first.
    for (const replicas of [3, 1, 4, 2]) {
      await cluster.apply(wanted({ gateways: replicas }));
      expect(await waitAvailable("120s")).toMatchObject({ code: 0 });
      const deployment = await cluster.api.get(kinds.Deployment, { namespace, name: "small-z1-gateway" });
      expect(deployment.spec?.replicas).toBe(replicas);
      expect(deployment.status?.observedGeneration).toBe(deployment.metadata?.generation);
      const cell = await cluster.api.get(kinds.Cell, { namespace, name: "small-z1" });
      expect(cell.status).toMatchObject({ observedGeneration: cell.metadata.generation, gatewayReplicas: replicas });
    }
  });
});
