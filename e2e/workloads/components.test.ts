import { controllerOf, type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { beforeAll, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { podsBehind } from "../support/endpoints.ts";
import { eventually } from "../support/eventually.ts";
import { unchangedDemo } from "../support/unchanged.ts";

const cluster = sharedCluster();
let namespace: string;

beforeAll(async () => {
  namespace = await unchangedDemo(cluster);
});

function get<T extends KubernetesObject>(kind: ResourceKind<T>, name: string, within = namespace): Promise<T> {
  return cluster.api.get(kind, { namespace: within, name });
}

async function list<T extends KubernetesObject>(
  kind: ResourceKind<T>,
  component: string,
  within = namespace,
): Promise<T[]> {
  const labelSelector = `app.kubernetes.io/component=${component}`;
  const { items } = await cluster.api.list(kind, { namespace: within, labelSelector });
  return items.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? "";
}

async function podsOf(component: string, within = namespace) {
  return (await list(kinds.Pod, component, within)).map(({ metadata, spec, status }) => ({
    name: metadata?.name ?? "",
    labels: metadata?.labels ?? {},
    node: spec?.nodeName ?? "",
    ready: status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false,
    spec,
  }));
}

async function expectToLeadTo(service: string, pods: readonly string[], within = namespace): Promise<void> {
  expect(await podsBehind(cluster, { namespace: within, name: service })).toEqual([...pods].sort());
}

describe("components", () => {
  it("case 40: each cell has one gateway Deployment and Service of its replicas and resources, where its zone or region is", async () => {
    const base = { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } };
    const regional = await regionalCell();
    const wanted = [
      {
        within: namespace,
        cells: [
          {
            cell: "z1",
            replicas: 2,
            resources: { requests: { cpu: "500m", memory: "512Mi" } },
            nodeSelector: { "topology.kubernetes.io/zone": "z1" },
            node: /^node-z1$/,
          },
          {
            cell: "z2",
            replicas: 1,
            resources: base,
            nodeSelector: { "topology.kubernetes.io/zone": "z2" },
            node: /^node-z2$/,
          },
        ],
      },
      {
        within: regional,
        cells: [
          {
            cell: "west",
            replicas: 1,
            resources: base,
            nodeSelector: { "topology.kubernetes.io/region": "r1" },
            node: /^node-z[123]$/,
          },
        ],
      },
    ];
    for (const { within, cells } of wanted) {
      const gatewayNames = cells.map(({ cell }) => `demo-${cell}-gateway`);
      expect((await list(kinds.Deployment, "multigateway", within)).map(nameOf)).toEqual(gatewayNames);
      expect((await list(kinds.Service, "multigateway", within)).map(nameOf)).toEqual(gatewayNames);

      const pods = await podsOf("multigateway", within);
      for (const { cell, replicas, resources, nodeSelector, node } of cells) {
        const name = `demo-${cell}-gateway`;
        const deployment = await get(kinds.Deployment, name, within);
        const service = await get(kinds.Service, name, within);
        for (const object of [deployment, service]) {
          expect(controllerOf(object)).toMatchObject({ kind: "Cell", name: `demo-${cell}` });
        }
        const { template, replicas: asked } = deployment.spec ?? {};
        expect(asked).toBe(replicas);
        expect(template?.spec?.nodeSelector).toEqual(nodeSelector);
        expect(template?.spec?.containers.map((container) => [container.name, container.resources])).toEqual([
          ["multigateway", resources],
        ]);
        expect(service.spec?.ports).toMatchObject([{ port: 5432 }, { port: 5433 }]);

        const own = pods.filter(({ labels }) => labels["multigres.com/cell"] === cell);
        expect(own).toHaveLength(replicas);
        for (const pod of own) expect(pod).toMatchObject({ ready: true, node: expect.stringMatching(node) });
        const names = own.map(({ name: pod }) => pod);
        await expectToLeadTo(name, names, within);
      }
    }
  });

  it("case 41: etcd is a StatefulSet started in parallel, with fixed peers, both Services, the asked-for volume, and a PDB from three members on", async () => {
    for (const { name, owner, replicas, storage } of [
      { name: "demo-global", owner: "MultigresCluster", replicas: 3, storage: "10Gi" },
      { name: await localTopoServer(), owner: "TopoServer", replicas: 1, storage: "5Gi" },
    ]) {
      const topoServer = await get(kinds.TopoServer, name);
      expect(controllerOf(topoServer)?.kind).toBe(owner === "MultigresCluster" ? owner : "Cell");
      expect(topoServer.status).toMatchObject({
        clientServiceName: `${name}-client`,
        peerServiceName: `${name}-peer`,
        readyReplicas: replicas,
      });

      const members = Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}`);
      const { metadata, spec } = await get(kinds.StatefulSet, name);
      expect(controllerOf({ metadata })).toMatchObject({ kind: "TopoServer", name });
      expect(spec).toMatchObject({ replicas, podManagementPolicy: "Parallel", serviceName: `${name}-peer` });
      expect(spec?.volumeClaimTemplates?.map((claim) => claim.spec)).toMatchObject([
        { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
      ]);
      const [etcd] = spec?.template.spec?.containers ?? [];
      expect(etcd?.image).toBe("quay.io/coreos/etcd:v3.5.17");
      const peers = members.map((member) => `${member}=http://${member}.${name}-peer.${namespace}.svc:2380`).join(",");
      expect(etcd?.env).toContainEqual({ name: "ETCD_INITIAL_CLUSTER", value: peers });

      const peer = await get(kinds.Service, `${name}-peer`);
      const client = await get(kinds.Service, `${name}-client`);
      expect(peer.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
      expect(client.spec?.ports).toMatchObject([{ port: 2379 }]);
      expect(client.spec?.clusterIP).not.toBe("None");
      await expectToLeadTo(`${name}-peer`, members);
      await expectToLeadTo(`${name}-client`, members);
      for (const member of members) {
        // Kubernetes says so of the claim after it has let the pod start.
        await eventually(async () => {
          const { status } = await get(kinds.PersistentVolumeClaim, `data-${member}`);
          expect(status).toMatchObject({ phase: "Bound", capacity: { storage } });
        });
      }
    }
    const budgets = await list(kinds.PodDisruptionBudget, "toposerver");
    expect(budgets.map(nameOf)).toEqual(["demo-global"]);
    expect(budgets[0]?.spec).toMatchObject({ minAvailable: 2 });
    await eventually(async () => {
      const { status } = await get(kinds.PodDisruptionBudget, "demo-global");
      expect(status).toMatchObject({ expectedPods: 3, currentHealthy: 3, disruptionsAllowed: 1 });
    });
  });

  it("case 42: multiadmin is a Deployment and multiorch a StatefulSet, each with its Service, named as in the status and owned by the cluster", async () => {
    const { metadata, status } = await get(kinds.MultigresCluster, "demo");
    expect(status).toMatchObject({
      multiadmin: { serviceName: "demo-multiadmin" },
      multiorch: { serviceName: "demo-multiorch" },
    });
    const admin = await get(kinds.Deployment, "demo-multiadmin");
    const adminService = await get(kinds.Service, "demo-multiadmin");
    const orch = await get(kinds.StatefulSet, "demo-multiorch");
    const orchService = await get(kinds.Service, "demo-multiorch");
    for (const object of [admin, adminService, orch, orchService]) {
      expect(controllerOf(object)).toMatchObject({ kind: "MultigresCluster", uid: metadata.uid });
    }
    expect(await list(kinds.Deployment, "multiadmin")).toHaveLength(1);
    expect(await list(kinds.StatefulSet, "multiorch")).toHaveLength(1);
    expect(adminService.spec?.ports).toMatchObject([{ port: 18000 }, { port: 18070 }]);
    expect(orch.spec).toMatchObject({ serviceName: "demo-multiorch", replicas: 1 });
    const [container] = orch.spec?.template.spec?.containers ?? [];
    expect(container?.args).toContain("--service-id=orch-$(POD_INDEX)");
    expect(container?.args).toContain("--watch-targets=prod_db,tiny_db");
    const [adminPod, ...others] = await podsOf("multiadmin");
    expect(others).toEqual([]);
    await expectToLeadTo("demo-multiadmin", [adminPod?.name ?? ""]);
    await expectToLeadTo("demo-multiorch", ["demo-multiorch-0"]);
  });

  it("case 43: a pool is one StatefulSet with a headless Service and a Service per pod, a shard has one PDB, and the spec's own affinity selects the pods", async () => {
    const wanted = [
      { database: "prod_db", cell: "z1", replicas: 3 },
      { database: "prod_db", cell: "z2", replicas: 3 },
      { database: "tiny_db", cell: "z2", replicas: 2 },
    ];
    const statefulSets = await list(kinds.StatefulSet, "shard-pool");
    const services = await list(kinds.Service, "shard-pool");
    const pods = await podsOf("shard-pool");
    expect(statefulSets).toHaveLength(wanted.length);
    expect(services).toHaveLength(wanted.reduce((sum, { replicas }) => sum + 1 + replicas, 0));
    for (const { database, cell, replicas } of wanted) {
      const isOfPool = (labels: Record<string, string> = {}) =>
        labels["multigres.com/database"] === database && labels["multigres.com/cell"] === cell;
      const [statefulSet, ...others] = statefulSets.filter(({ metadata }) => isOfPool(metadata?.labels));
      if (!statefulSet) throw new Error(`no StatefulSet for ${database} in ${cell}`);
      expect(others).toEqual([]);
      const name = nameOf(statefulSet);
      const { serviceName, template, ...rest } = statefulSet.spec ?? {};
      expect(rest).toMatchObject({ replicas, podManagementPolicy: "Parallel", updateStrategy: { type: "OnDelete" } });
      // PostgreSQL is a native sidecar, so that it stops after multipooler.
      expect(template?.spec?.initContainers).toContainEqual(
        expect.objectContaining({ name: "postgres", restartPolicy: "Always" }),
      );
      expect(template?.spec?.containers.map((container) => container.name)).toEqual(["multipooler"]);

      const members = Array.from({ length: replicas }, (_, ordinal) => `${name}-${ordinal}`);
      const own = pods.filter(({ labels }) => isOfPool(labels));
      expect(own.map((pod) => pod.name)).toEqual(members);
      for (const pod of own) expect(pod).toMatchObject({ ready: true, node: `node-${cell}` });
      const headless = services.find((service) => nameOf(service) === serviceName);
      expect(headless?.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
      for (const member of members) {
        const service = services.find((candidate) => nameOf(candidate) === member);
        expect(service?.spec?.ports?.map(({ port }) => port)).toEqual([15270, 15200, 5432, 8432]);
        expect(service?.spec?.clusterIP).toMatch(/^\d/);
        await expectToLeadTo(member, [member]);
      }
    }

    const budgets = await list(kinds.PodDisruptionBudget, "shard-pool");
    const kept = budgets.map(({ metadata, spec }) => [
      metadata?.labels?.["multigres.com/database"],
      spec?.minAvailable,
    ]);
    expect(Object.fromEntries(kept)).toEqual({ prod_db: 5, tiny_db: 1 });
    expect(kept).toHaveLength(2);
    await eventually(async () => {
      const counts = (await list(kinds.PodDisruptionBudget, "shard-pool")).map(({ metadata, status }) => [
        metadata?.labels?.["multigres.com/database"],
        status?.expectedPods,
      ]);
      expect(Object.fromEntries(counts)).toEqual({ prod_db: 6, tiny_db: 2 });
    });

    const [term] = pods.flatMap(
      ({ spec }) => spec?.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    );
    const selector = Object.entries(term?.podAffinityTerm.labelSelector?.matchLabels ?? {});
    expect(selector).not.toEqual([]);
    const labelSelector = selector.map(([key, value]) => `${key}=${value}`).join(",");
    const selected = await cluster.api.list(kinds.Pod, { namespace, labelSelector });
    expect(selected.items.map(nameOf).sort()).toEqual(pods.map(({ name }) => name).sort());
  });
});

/** The namespace of another `demo`, whose only cell spans a region. */
async function regionalCell(): Promise<string> {
  const within = await cluster.namespace("regional");
  const made = small(within, { name: "demo" });
  made.spec.cells = [{ name: "west", spec: { region: "r1", multiGateway: { static: { replicas: 1 } } } }];
  delete made.spec.databases;
  await cluster.apply(made);
  await eventually(async () => {
    const { status } = await get(kinds.Cell, "demo-west", within);
    expect(status).toMatchObject({ gatewayReadyReplicas: 1 });
  });
  return within;
}

async function localTopoServer(): Promise<string> {
  const local = (await list(kinds.TopoServer, "toposerver")).filter(({ spec }) => spec.cell !== undefined);
  expect(local.map(({ spec }) => spec.cell)).toEqual(["z2"]);
  return nameOf(local[0] ?? {});
}
