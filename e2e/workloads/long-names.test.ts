import { apiVersion, type MultigresCluster } from "@multigres/api-types";
import { controllerOf, type KubernetesObject, kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { volume } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { settled } from "../support/observing.ts";

const cluster = sharedCluster();

/** Two names of the given length that differ in their last character only. */
function longest(length: number, start: string): readonly [string, string] {
  const stem = start.padEnd(length - 1, "x");
  return [`${stem}a`, `${stem}b`];
}

const clusters = longest(40, "cluster-");
const cells = longest(30, "cell-");
const databases = longest(63, "Database_");

function aCluster(name: string, namespace: string): MultigresCluster {
  const image = "multigres/multigres:latest";
  const etcd = { replicas: 1, image: "quay.io/coreos/etcd:v3.5.17", dataVolumeClaimTemplate: volume("1Gi") };
  return {
    apiVersion,
    kind: "MultigresCluster",
    metadata: { name, namespace },
    spec: {
      images: {
        multigateway: image,
        multiorch: image,
        multipooler: image,
        multiadmin: image,
        postgres: "postgres:15.3",
      },
      globalTopoServer: { managedSpec: etcd },
      cells: cells.map((cell) => ({
        name: cell,
        spec: { multiGateway: { static: { replicas: 2 } }, topoServer: { managedSpec: etcd } },
      })),
      databases: databases.map((database) => ({
        name: database,
        spec: {
          pools: cells.flatMap((cell) => [
            { type: "replica" as const, cell, replicas: 1 },
            { type: "readOnly" as const, cell, replicas: 1 },
          ]),
        },
      })),
    },
  };
}

const dnsLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

function namesOf(objects: readonly KubernetesObject[]): string[] {
  return objects.map(({ metadata }) => metadata?.name ?? "");
}

describe("the longest names", () => {
  it("case 48: with the longest names everywhere, everything is accepted and runs, and every name is legal and its own", async () => {
    const namespace = await cluster.namespace("case48");
    await cluster.apply(...clusters.map((name) => aCluster(name, namespace)));
    await Promise.all(clusters.map((name) => settled(cluster, namespace, name)));
    const list = async (kind: (typeof kinds)[keyof typeof kinds]) =>
      (await cluster.api.list<KubernetesObject>(kind, { namespace })).items;

    // Per cluster, with 2 cells, and 2 databases of 4 pools with a pod each. An object that took another's name would be missing.
    const [services, statefulSets, deployments, budgets, configMaps, claims, tableGroups, shards] = await Promise.all(
      [
        kinds.Service,
        kinds.StatefulSet,
        kinds.Deployment,
        kinds.PodDisruptionBudget,
        kinds.ConfigMap,
        kinds.PersistentVolumeClaim,
        kinds.TableGroup,
        kinds.Shard,
      ].map(list),
    );
    const ours = (configMaps ?? []).filter(({ metadata }) => metadata?.labels?.["multigres.com/cluster"]);
    expect({
      services: services?.length,
      statefulSets: statefulSets?.length,
      deployments: deployments?.length,
      budgets: budgets?.length,
      configMaps: ours.length,
      claims: claims?.length,
      tableGroups: tableGroups?.length,
      shards: shards?.length,
    }).toEqual({
      services: 2 * (3 * 2 + 2 + 1 + 1 + 2 * 4 * 2),
      statefulSets: 2 * (3 + 1 + 2 * 4),
      deployments: 2 * (2 + 1),
      budgets: 2 * (2 + 2),
      configMaps: 2 * 2,
      claims: 2 * (3 + 2 * 4 + 2),
      tableGroups: 2 * 2,
      shards: 2 * 2,
    });
    for (const name of namesOf(services ?? [])) expect(name).toMatch(dnsLabel);
    expect(Math.max(...namesOf(services ?? []).map((name) => name.length))).toBeLessThanOrEqual(63);
    expect(Math.max(...namesOf(statefulSets ?? []).map((name) => name.length))).toBeLessThanOrEqual(52);

    const { items: pods } = await cluster.api.list(kinds.Pod, { namespace });
    const labelValues = pods.flatMap(({ metadata }) => Object.values(metadata?.labels ?? {}));
    expect(Math.max(...labelValues.map((value) => value.length))).toBeLessThanOrEqual(63);
    for (const { metadata, spec } of pods.filter((pod) => controllerOf(pod)?.kind === "StatefulSet")) {
      expect(spec?.hostname).toBe(metadata?.name);
      expect(spec?.hostname).toMatch(dnsLabel);
      expect(spec?.hostname?.length).toBeLessThanOrEqual(63);
    }

    const registered = pods.flatMap(({ metadata, spec }) => {
      const flag = (name: string) =>
        spec?.containers[0]?.args?.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
      const index = metadata?.labels?.["apps.kubernetes.io/pod-index"] ?? "";
      const serviceId = flag("service-id")?.replace("$(POD_INDEX)", index);
      const owner = metadata?.labels?.["multigres.com/cluster"];
      return serviceId === undefined ? [] : [{ owner, cell: flag("cell"), serviceId }];
    });
    for (const { cell, serviceId } of registered) {
      expect(serviceId).toMatch(dnsLabel);
      // PostgreSQL cuts an application_name at 63.
      expect(`${cell}_${serviceId}`.length).toBeLessThanOrEqual(63);
    }
    // 8 poolers and a multiorch per cluster.
    expect(new Set(registered.map((pooler) => JSON.stringify(pooler))).size).toBe(2 * (8 + 1));
  });
});
