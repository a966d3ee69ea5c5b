import type { MultigresClusterSpec } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { checkContainer } from "@multigres/workload-kit/testing";
import { expect, test } from "vitest";
import { aCluster, aPool, aTemplate, aWorkload } from "../testing/builders.ts";
import { deleted, planFor, planned, plannedOne } from "../testing/reconciling.ts";

const databases = (...names: string[]): MultigresClusterSpec["databases"] =>
  names.map((name) => ({ name, spec: { pools: [aPool()] } }));
const cells = (...names: string[]): MultigresClusterSpec["cells"] => names.map((name) => ({ name }));

function statefulSetOf(spec: Partial<MultigresClusterSpec>, cell?: string) {
  const status = cell ? { multiorch: { available: "True" as const, serviceName: "demo-multiorch", cell } } : undefined;
  const cluster = aCluster({ spec: { databases: databases("tiny_db"), ...spec }, status });
  return plannedOne(planFor(cluster), kinds.StatefulSet, "demo-multiorch");
}

function containerOf(spec: Partial<MultigresClusterSpec> = {}, cell?: string) {
  const containers = statefulSetOf(spec, cell).spec?.template.spec?.containers ?? [];
  expect(containers).toHaveLength(1);
  return containers[0] as NonNullable<(typeof containers)[0]>;
}

test("its arguments are what multiorch takes, with the tuned times", () => {
  expect(checkContainer("multiorch", containerOf())).toEqual([]);
  expect(containerOf().args).toEqual([
    "--http-port=15300",
    "--grpc-port=15370",
    "--topo-global-server-addresses=demo-global-client.t1.svc:2379",
    "--topo-global-root=/multigres/global",
    "--cell=z1",
    "--service-id=orch-$(POD_INDEX)",
    "--hostname=$(POD_NAME).demo-multiorch.$(POD_NAMESPACE).svc",
    "--leader-failover-grace-period-base=1s",
    "--leader-failover-grace-period-max-jitter=1s",
    "--pooler-health-check-interval=1s",
    "--recovery-cycle-interval=500ms",
    "--watch-targets=tiny_db",
  ]);
});

test("its container is the one that was tried in real pods", () => {
  expect(containerOf()).toMatchObject({
    name: "multiorch",
    image: "default/multiorch",
    command: ["/multigres/bin/multiorch"],
    ports: [
      { name: "http", containerPort: 15300 },
      { name: "grpc", containerPort: 15370 },
    ],
    startupProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 2, failureThreshold: 150 },
    livenessProbe: { httpGet: { path: "/live", port: "http" } },
    readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 5 },
  });
});

test("it is a StatefulSet behind a headless Service, so that its identity outlives its pods", () => {
  const statefulSet = statefulSetOf({ multiorch: { replicas: 2 } });
  const service = plannedOne(
    planFor(aCluster({ spec: { databases: databases("tiny_db") } })),
    kinds.Service,
    "demo-multiorch",
  );
  expect(statefulSet.spec).toMatchObject({
    replicas: 2,
    serviceName: "demo-multiorch",
    podManagementPolicy: "Parallel",
    selector: { matchLabels: service.spec?.selector },
  });
  expect(statefulSet.spec?.template.metadata?.labels).toMatchObject(service.spec?.selector ?? {});
  expect(service.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
  expect(service.spec?.ports?.map(({ name, port }) => [name, port])).toEqual([
    ["http", 15300],
    ["grpc", 15370],
  ]);
});

test("the watched databases are sorted, so that their order in the spec restarts nothing", () => {
  expect(containerOf({ databases: databases("b", "C", "a") }).args).toContain("--watch-targets=C,a,b");
});

test("a database that waits for its template is watched already", () => {
  const spec = { databases: [{ name: "later", spec: { shardTemplateRef: "nope" } }] };
  expect(containerOf(spec).args).toContain("--watch-targets=later");
  const cluster = aCluster({ spec });
  expect(planned(planFor(cluster, [aTemplate("other")]), kinds.StatefulSet).size).toBe(1);
});

test.each<[string, string[], string | undefined, string]>([
  ["the alphabetically first cell at the start", ["z3", "z1", "z2"], undefined, "z1"],
  ["the cell that it has, whatever is added", ["a0", "z2"], "z2", "z2"],
  ["another one only when its cell is gone", ["z3", "z2"], "z1", "z2"],
])("its cell: %s", (_, names, current, expected) => {
  expect(containerOf({ cells: cells(...names) }, current).args).toContain(`--cell=${expected}`);
});

test("several are spread over zones and nodes, unless the user says how", () => {
  const spread = (multiorch: MultigresClusterSpec["multiorch"]) =>
    statefulSetOf({ multiorch }).spec?.template.spec?.topologySpreadConstraints;
  expect(spread({ replicas: 1 })).toBeUndefined();
  const labelSelector = { matchLabels: statefulSetOf({}).spec?.selector.matchLabels };
  expect(spread({ replicas: 2 })).toEqual([
    { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector },
    { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", labelSelector },
  ]);
  const own = [{ maxSkew: 2, topologyKey: "rack", whenUnsatisfiable: "DoNotSchedule" as const }];
  expect(spread({ replicas: 2, topologySpreadConstraints: own })).toEqual(own);
  expect(spread({ replicas: 2, topologySpreadConstraints: [] })).toEqual([]);
});

test("it dials an external topology over TLS with the files that are mounted", () => {
  const external = { address: "etcd:2379", tlsSecretRef: { name: "etcd-tls" } };
  const { args, volumeMounts } = containerOf({ globalTopoServer: { external } });
  expect(args).toContain(`--topo-etcd-tls-key=${volumeMounts?.[0]?.mountPath}/tls.key`);
});

test("without databases there is none, and what was there goes", () => {
  const cluster = aCluster({ spec: { databases: [] } });
  const plan = planFor(cluster, [
    aWorkload(cluster, "StatefulSet", "multiorch"),
    aWorkload(cluster, "Service", "multiorch"),
    aWorkload(cluster, "PodDisruptionBudget", "multiorch"),
  ]);
  expect(planned(plan, kinds.StatefulSet).size).toBe(0);
  expect(deleted(plan)).toEqual([
    "StatefulSet demo-multiorch",
    "Service demo-multiorch",
    "PodDisruptionBudget demo-multiorch",
  ]);
});
