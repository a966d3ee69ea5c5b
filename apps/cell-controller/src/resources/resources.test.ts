import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { checkContainer } from "@multigres/workload-kit/testing";
import { describe, expect, test } from "vitest";
import { aCell, aCellWithTopoServer } from "../testing/builders.ts";
import { gatewayDeployment } from "./gateway-deployment.ts";
import { gatewayDisruptionBudget } from "./gateway-disruption-budget.ts";
import { gatewayService } from "./gateway-service.ts";
import { localTopoServer } from "./topo-server.ts";

const identity = {
  "app.kubernetes.io/name": "multigres",
  "app.kubernetes.io/instance": "example-multigres-cluster",
  "app.kubernetes.io/component": "multigateway",
  "multigres.com/cluster": "example-multigres-cluster",
  "multigres.com/cell": "us-east-1a",
};
const labels = {
  ...identity,
  "app.kubernetes.io/part-of": "multigres",
  "app.kubernetes.io/managed-by": "multigres-operator",
};
const name = "example-multigres-cluster-us-east-1a-gateway";

function deployment(cell = aCell()) {
  const built = gatewayDeployment(cell);
  const pod = built.spec?.template.spec as V1PodSpec;
  return { built, pod, container: pod.containers[0] as V1Container };
}

describe("the gateways' Deployment of the spec's example", () => {
  test("has the printed name, and the Cell as its owner", () => {
    expect(deployment().built).toMatchObject({
      metadata: {
        name,
        namespace: "example",
        labels,
        ownerReferences: [{ kind: "Cell", uid: "cell-uid", controller: true, blockOwnerDeletion: true }],
      },
      spec: { replicas: 2, selector: { matchLabels: identity }, template: { metadata: { labels } } },
    });
  });

  test("runs multigateway as the contract says", () => {
    expect(deployment().container).toMatchObject({
      name: "multigateway",
      image: "multigres/multigres:latest",
      imagePullPolicy: "IfNotPresent",
      command: ["/multigres/bin/multigateway"],
      args: [
        "--http-port=15100",
        "--grpc-port=15170",
        "--pg-port=5432",
        "--pg-replica-port=5433",
        "--cell=us-east-1a",
        "--topo-global-server-addresses=example-multigres-cluster-global-client.example.svc:2379",
        "--topo-global-root=/multigres/global",
        "--hostname=$(POD_IP)",
      ],
      env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
      ports: [
        { name: "http", containerPort: 15100 },
        { name: "grpc", containerPort: 15170 },
        { name: "postgres", containerPort: 5432 },
        { name: "pg-replica", containerPort: 5433 },
      ],
      livenessProbe: { httpGet: { path: "/live", port: "http" } },
      readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 5 },
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    });
  });

  test("has only arguments that multigateway knows, and all that it needs", () => {
    expect(checkContainer("multigateway", deployment().container)).toEqual([]);
  });

  test("passes Pod Security restricted and gets neither token nor service variables", () => {
    const { pod, container } = deployment();
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      imagePullSecrets: [{ name: "my-registry-secret" }],
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod).not.toHaveProperty("volumes");
  });
});

describe("where gateways run", () => {
  test.each([
    ["in their zone", { zone: "us-east-1a" }, { "topology.kubernetes.io/zone": "us-east-1a" }],
    ["in their region", { zone: undefined, region: "us-east-1" }, { "topology.kubernetes.io/region": "us-east-1" }],
    ["anywhere", { zone: undefined }, undefined],
  ])("is %s", (_, place, nodeSelector) => {
    expect(deployment(aCell(place)).pod.nodeSelector).toEqual(nodeSelector);
  });

  test("follows the user's placement within the cell", () => {
    const { multiGateway } = aCell().spec;
    const tolerations = [{ key: "dedicated", operator: "Exists" }];
    const cell = aCell({
      multiGateway: { ...multiGateway, tolerations, nodeSelector: { disk: "ssd" }, podLabels: { team: "a" } },
    });
    const { built, pod } = deployment(cell);
    expect(pod).toMatchObject({
      tolerations,
      nodeSelector: { disk: "ssd", "topology.kubernetes.io/zone": "us-east-1a" },
    });
    expect(built.spec?.template.metadata?.labels).toEqual({ ...labels, team: "a" });
    expect(built.spec?.selector.matchLabels).toEqual(identity);
  });
});

describe("an external topology", () => {
  const globalTopoServer = { rootPath: "/mine", address: "etcd-0.example.com:2379,etcd-1.example.com:2379" };

  test("is dialled at its addresses", () => {
    const { container } = deployment(aCell({ globalTopoServer }));
    expect(container.args).toContain("--topo-global-server-addresses=etcd-0.example.com:2379,etcd-1.example.com:2379");
    expect(container.args).toContain("--topo-global-root=/mine");
  });

  test("is dialled with TLS where the spec names a Secret", () => {
    const { pod, container } = deployment(
      aCell({ globalTopoServer: { ...globalTopoServer, tlsSecretRef: { name: "tls" } } }),
    );
    expect(container.args).toContain("--topo-etcd-tls-ca=/etc/multigres/topo-tls/ca.crt");
    expect(pod.volumes).toMatchObject([{ name: "topo-tls", secret: { secretName: "tls" } }]);
    expect(container.volumeMounts).toMatchObject([{ name: "topo-tls", readOnly: true }]);
    expect(checkContainer("multigateway", container)).toEqual([]);
  });
});

describe("the gateways' Service", () => {
  test("has the printed name and both client ports", () => {
    expect(gatewayService(aCell())).toMatchObject({
      metadata: { name, labels },
      spec: {
        type: "ClusterIP",
        selector: identity,
        ports: [
          { name: "postgres", port: 5432, targetPort: 5432 },
          { name: "pg-replica", port: 5433, targetPort: 5433 },
        ],
      },
    });
  });

  test("has the user's type and annotations", () => {
    const service = { type: "LoadBalancer", annotations: { "example.com/internal": "true" } } as const;
    const cell = aCell({ multiGateway: { replicas: 1, service } });
    expect(gatewayService(cell)).toMatchObject({
      metadata: { annotations: { "example.com/internal": "true" } },
      spec: { type: "LoadBalancer" },
    });
  });
});

describe("the gateways' disruption budget", () => {
  test.each([
    { replicas: 0, minAvailable: undefined },
    { replicas: 1, minAvailable: undefined },
    { replicas: 2, minAvailable: 1 },
    { replicas: 5, minAvailable: 4 },
  ])("of $replicas keeps $minAvailable", ({ replicas, minAvailable }) => {
    const budget = gatewayDisruptionBudget(aCell({ multiGateway: { replicas } }));
    expect(budget?.spec?.minAvailable).toBe(minAvailable);
    expect(budget?.spec?.selector?.matchLabels).toEqual(minAvailable === undefined ? undefined : identity);
  });
});

describe("the cell's own TopoServer", () => {
  test("is complete, and says whose it is", () => {
    expect(localTopoServer(aCellWithTopoServer())).toEqual({
      apiVersion: "multigres.com/v1alpha1",
      kind: "TopoServer",
      metadata: {
        name: "example-multigres-cluster-us-east-1b-topo-c0d99d3a",
        namespace: "example",
        labels: {
          ...labels,
          "app.kubernetes.io/component": "toposerver",
          "multigres.com/cell": "us-east-1b",
          "multigres.com/topo-scope": "cell",
          "multigres.com/toposerver": "example-multigres-cluster-us-east-1b-topo-c0d99d3a",
        },
        ownerReferences: [
          {
            apiVersion: "multigres.com/v1alpha1",
            kind: "Cell",
            name: "example-multigres-cluster-us-east-1a",
            uid: "cell-uid",
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        cluster: { name: "example-multigres-cluster", uid: "cluster-uid" },
        cell: "us-east-1b",
        rootPath: "/multigres/us-east-1b",
        image: "quay.io/coreos/etcd:v3.5.17",
        imagePullPolicy: "IfNotPresent",
        imagePullSecrets: [{ name: "my-registry-secret" }],
        replicas: 1,
        resources: { requests: { cpu: "100m", memory: "256Mi" } },
        dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      },
    });
  });

  test.each([
    ["the cell uses the global one", {}],
    ["somebody else runs it", { rootPath: "/x", external: { address: "etcd:2379" } }],
  ])("isn't there when %s", (_, topoServer) => {
    expect(localTopoServer(aCell({ topoServer }))).toBeUndefined();
  });
});
