import { kinds } from "@multigres/controller-kit";
import { checkContainer } from "@multigres/workload-kit/testing";
import { expect, test } from "vitest";
import { aCluster } from "../testing/builders.ts";
import { planFor, planned, plannedOne } from "../testing/reconciling.ts";

function deploymentOf(cluster = aCluster()) {
  return plannedOne(planFor(cluster), kinds.Deployment, "demo-multiadmin");
}

function containerOf(cluster = aCluster()) {
  const containers = deploymentOf(cluster).spec?.template.spec?.containers ?? [];
  expect(containers).toHaveLength(1);
  return containers[0] as NonNullable<(typeof containers)[0]>;
}

test("its arguments are what multiadmin takes", () => {
  expect(checkContainer("multiadmin", containerOf())).toEqual([]);
  expect(containerOf().args).toEqual([
    "--http-port=18000",
    "--grpc-port=18070",
    "--service-map=grpc-multiadmin",
    "--topo-global-server-addresses=demo-global-client.t1.svc:2379",
    "--topo-global-root=/multigres/global",
    "--hostname=$(POD_IP)",
  ]);
});

test("its container is the one that was tried in real pods", () => {
  expect(containerOf()).toMatchObject({
    name: "multiadmin",
    image: "default/multiadmin",
    command: ["/multigres/bin/multiadmin"],
    ports: [
      { name: "http", containerPort: 18000 },
      { name: "grpc", containerPort: 18070 },
    ],
    livenessProbe: { httpGet: { path: "/live", port: "http" } },
    readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 5 },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
  });
});

test("its pod runs restricted, without token and service environment", () => {
  expect(deploymentOf().spec?.template.spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
  });
});

test("Service, selector and pod labels meet", () => {
  const plan = planFor(aCluster());
  const service = plannedOne(plan, kinds.Service, "demo-multiadmin");
  const { selector, template } = deploymentOf().spec ?? {};
  expect(service.spec?.selector).toEqual({
    "app.kubernetes.io/name": "multigres",
    "app.kubernetes.io/instance": "demo",
    "app.kubernetes.io/component": "multiadmin",
    "multigres.com/cluster": "demo",
  });
  expect(selector?.matchLabels).toEqual(service.spec?.selector);
  expect(template?.metadata?.labels).toMatchObject(service.spec?.selector ?? {});
  expect(service.spec?.ports?.map(({ name, port }) => [name, port])).toEqual([
    ["http", 18000],
    ["grpc", 18070],
  ]);
});

test("images, pull policy, pull secrets, replicas, resources and placement are the user's", () => {
  const cluster = aCluster({
    spec: {
      images: { multiadmin: "my/admin", imagePullPolicy: "Always", imagePullSecrets: [{ name: "registry" }] },
      multiadmin: {
        replicas: 2,
        resources: { requests: { cpu: "0.05" } },
        nodeSelector: { disk: "fast" },
        tolerations: [{ key: "dedicated", operator: "Exists" }],
        priorityClassName: "high",
        podLabels: { team: "db", "multigres.com/cluster": "not-this" },
        podAnnotations: { note: "x" },
      },
    },
  });
  const { replicas, template } = deploymentOf(cluster).spec ?? {};
  expect(replicas).toBe(2);
  expect(template?.metadata).toMatchObject({
    labels: { team: "db", "multigres.com/cluster": "demo" },
    annotations: { note: "x" },
  });
  expect(template?.spec).toMatchObject({
    nodeSelector: { disk: "fast" },
    tolerations: [{ key: "dedicated", operator: "Exists" }],
    priorityClassName: "high",
    imagePullSecrets: [{ name: "registry" }],
  });
  expect(containerOf(cluster)).toMatchObject({
    image: "my/admin",
    imagePullPolicy: "Always",
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  });
});

test("external topology: the components dial what the user gave", () => {
  const cluster = aCluster({
    spec: { globalTopoServer: { external: { address: "etcd.infra.svc:2379", rootPath: "/prod" } } },
  });
  expect(containerOf(cluster).args).toContain("--topo-global-server-addresses=etcd.infra.svc:2379");
  expect(containerOf(cluster).args).toContain("--topo-global-root=/prod");
});

test("external topology with TLS: the files are mounted where the flags say", () => {
  const external = { address: "etcd:2379", tlsSecretRef: { name: "etcd-tls" } };
  const cluster = aCluster({ spec: { globalTopoServer: { external } } });
  const container = containerOf(cluster);
  const [mount] = container.volumeMounts ?? [];
  expect(checkContainer("multiadmin", container)).toEqual([]);
  expect(mount?.readOnly).toBe(true);
  expect(container.args).toContain(`--topo-etcd-tls-ca=${mount?.mountPath}/ca.crt`);
  expect(deploymentOf(cluster).spec?.template.spec?.volumes).toMatchObject([
    { name: mount?.name, secret: { secretName: "etcd-tls" } },
  ]);
  expect(deploymentOf().spec?.template.spec?.volumes).toBeUndefined();
});

test.each([
  [0, undefined],
  [1, undefined],
  [2, 1],
  [3, 2],
])("with %i replicas the budget keeps %s pods", (replicas, minAvailable) => {
  const plan = planFor(aCluster({ spec: { multiadmin: { replicas } } }));
  const budget = planned(plan, kinds.PodDisruptionBudget).get("demo-multiadmin");
  expect(budget?.spec?.minAvailable).toBe(minAvailable);
});
