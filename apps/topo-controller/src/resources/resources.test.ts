import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { checkExpansions } from "@multigres/workload-kit/testing";
import { describe, expect, test } from "vitest";
import { aTopoServer } from "../testing/builders.ts";
import { memberBudget } from "./disruption-budget.ts";
import { clientService, peerService } from "./services.ts";
import { memberStatefulSet, wantedDataClaim } from "./statefulset.ts";

const identity = {
  "app.kubernetes.io/name": "multigres",
  "app.kubernetes.io/instance": "example-multigres-cluster",
  "app.kubernetes.io/component": "toposerver",
  "multigres.com/cluster": "example-multigres-cluster",
  "multigres.com/topo-scope": "global",
  "multigres.com/toposerver": "example-multigres-cluster-global",
};
const labels = {
  ...identity,
  "app.kubernetes.io/part-of": "multigres",
  "app.kubernetes.io/managed-by": "multigres-operator",
};

function statefulSet(topoServer = aTopoServer()) {
  const built = memberStatefulSet(topoServer, wantedDataClaim(topoServer));
  const pod = built.spec?.template.spec as V1PodSpec;
  return { built, pod, etcd: pod.containers[0] as V1Container };
}

function env(topoServer = aTopoServer()): Record<string, string | undefined> {
  return Object.fromEntries((statefulSet(topoServer).etcd.env ?? []).map(({ name, value }) => [name, value]));
}

describe("the StatefulSet of the spec's example", () => {
  test("is the TopoServer's, starts its members at once and never deletes a volume", () => {
    expect(statefulSet().built).toMatchObject({
      metadata: {
        name: "example-multigres-cluster-global",
        namespace: "example",
        labels,
        ownerReferences: [{ kind: "TopoServer", uid: "topo-uid", controller: true, blockOwnerDeletion: true }],
      },
      spec: {
        serviceName: "example-multigres-cluster-global-peer",
        replicas: 3,
        podManagementPolicy: "Parallel",
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: identity },
        template: { metadata: { labels } },
        volumeClaimTemplates: [
          {
            metadata: { name: "data", labels },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
          },
        ],
      },
    });
  });

  test("runs etcd as the contract says", () => {
    expect(statefulSet().etcd).toMatchObject({
      name: "etcd",
      image: "quay.io/coreos/etcd:v3.5.17",
      imagePullPolicy: "IfNotPresent",
      command: ["etcd"],
      ports: [
        { name: "client", containerPort: 2379 },
        { name: "peer", containerPort: 2380 },
        { name: "metrics", containerPort: 2381 },
      ],
      startupProbe: { httpGet: { path: "/readyz", port: "metrics" }, periodSeconds: 2, failureThreshold: 150 },
      livenessProbe: { httpGet: { path: "/livez", port: "metrics" }, periodSeconds: 10, failureThreshold: 6 },
      readinessProbe: { httpGet: { path: "/readyz", port: "metrics" }, periodSeconds: 5 },
      volumeMounts: [{ name: "data", mountPath: "/var/lib/etcd" }],
    });
    expect(statefulSet().etcd.args).toBeUndefined();
  });

  test("tells etcd its members and addresses", () => {
    const peer = "example-multigres-cluster-global-peer";
    const member = (ordinal: number) =>
      `example-multigres-cluster-global-${ordinal}=http://example-multigres-cluster-global-${ordinal}.${peer}.example.svc:2380`;
    expect(env()).toEqual({
      POD_NAME: undefined,
      POD_NAMESPACE: undefined,
      ETCD_NAME: "$(POD_NAME)",
      ETCD_DATA_DIR: "/var/lib/etcd/data",
      ETCD_LISTEN_CLIENT_URLS: "http://0.0.0.0:2379",
      ETCD_LISTEN_PEER_URLS: "http://0.0.0.0:2380",
      ETCD_LISTEN_METRICS_URLS: "http://0.0.0.0:2381",
      ETCD_ADVERTISE_CLIENT_URLS: `http://$(POD_NAME).${peer}.$(POD_NAMESPACE).svc:2379`,
      ETCD_INITIAL_ADVERTISE_PEER_URLS: `http://$(POD_NAME).${peer}.$(POD_NAMESPACE).svc:2380`,
      ETCD_INITIAL_CLUSTER: [member(0), member(1), member(2)].join(","),
      ETCD_INITIAL_CLUSTER_STATE: "new",
      ETCD_INITIAL_CLUSTER_TOKEN: "example-multigres-cluster-global",
    });
    expect(checkExpansions(statefulSet().etcd)).toEqual([]);
  });

  test("passes Pod Security restricted and gets neither token nor service variables", () => {
    expect(statefulSet().pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 1000,
        fsGroup: 1000,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      imagePullSecrets: [{ name: "my-registry-secret" }],
    });
    expect(statefulSet().etcd.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });
});

describe("what the spec of a TopoServer sets", () => {
  test("reaches its pods", () => {
    const { built, pod, etcd } = statefulSet(
      aTopoServer({
        resources: { requests: { cpu: "100m", memory: "256Mi" } },
        nodeSelector: { disk: "ssd" },
        tolerations: [{ key: "dedicated", operator: "Exists" }],
        priorityClassName: "high",
        podLabels: { team: "a" },
        podAnnotations: { note: "b" },
      }),
    );
    expect(etcd.resources).toEqual({ requests: { cpu: "100m", memory: "256Mi" } });
    expect(pod).toMatchObject({
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "dedicated", operator: "Exists" }],
      priorityClassName: "high",
    });
    expect(built.spec?.template.metadata).toEqual({ labels: { ...labels, team: "a" }, annotations: { note: "b" } });
  });

  test("leaves pull policy, resources and placement to Kubernetes where it says nothing", () => {
    const { pod, etcd } = statefulSet(
      aTopoServer({ imagePullPolicy: undefined, imagePullSecrets: undefined, resources: undefined }),
    );
    expect(etcd).not.toHaveProperty("imagePullPolicy");
    expect(etcd.resources).toEqual({});
    expect(Object.keys(pod).sort()).toEqual([
      "automountServiceAccountToken",
      "containers",
      "enableServiceLinks",
      "securityContext",
    ]);
  });

  test("of one member makes a cluster of one", () => {
    expect(env(aTopoServer({ replicas: 1 }, "topo")).ETCD_INITIAL_CLUSTER).toBe(
      "topo-0=http://topo-0.topo-peer.example.svc:2380",
    );
  });

  test("tells a cell's own server by cell and scope", () => {
    expect(clientService(aTopoServer({ cell: "us-east-1b" }, "topo")).spec?.selector).toMatchObject({
      "multigres.com/cell": "us-east-1b",
      "multigres.com/topo-scope": "cell",
      "multigres.com/toposerver": "topo",
    });
  });
});

describe("Services", () => {
  test("give members names before they are ready", () => {
    expect(peerService(aTopoServer())).toMatchObject({
      metadata: { name: "example-multigres-cluster-global-peer", labels },
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: identity,
        ports: [
          { name: "peer", port: 2380 },
          { name: "client", port: 2379 },
        ],
      },
    });
  });

  test("give clients one address of ready members", () => {
    const built = clientService(aTopoServer());
    expect(built).toMatchObject({
      metadata: { name: "example-multigres-cluster-global-client", labels },
      spec: { selector: identity, ports: [{ name: "client", port: 2379, targetPort: 2379 }] },
    });
    expect(built.spec).not.toHaveProperty("publishNotReadyAddresses");
    expect(built.spec).not.toHaveProperty("clusterIP");
  });
});

describe("the disruption budget", () => {
  test.each([
    { replicas: 1, minAvailable: undefined },
    { replicas: 2, minAvailable: undefined },
    { replicas: 3, minAvailable: 2 },
    { replicas: 5, minAvailable: 4 },
  ])("of $replicas members keeps $minAvailable", ({ replicas, minAvailable }) => {
    expect(memberBudget(aTopoServer({ replicas }))?.spec?.minAvailable).toBe(minAvailable);
  });

  test("selects the members and nothing else", () => {
    expect(memberBudget(aTopoServer())).toMatchObject({
      metadata: { name: "example-multigres-cluster-global" },
      spec: { selector: { matchLabels: identity } },
    });
  });
});
