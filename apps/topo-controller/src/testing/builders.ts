import type { V1Pod, V1StatefulSet, V1StatefulSetStatus } from "@kubernetes/client-node";
import { apiVersion, type TopoServer, type TopoServerSpec } from "@multigres/api-types";
import type { ObservedTopoServer } from "../observe.ts";
import { memberStatefulSet, wantedDataClaim } from "../resources/statefulset.ts";

export const now = new Date("2026-11-20T10:00:00Z");

/** The global topology server of the spec's example, as the cluster-controller writes it. */
export function aTopoServer(spec: Partial<TopoServerSpec> = {}, name = "example-multigres-cluster-global"): TopoServer {
  return {
    apiVersion,
    kind: "TopoServer",
    metadata: { name, namespace: "example", uid: "topo-uid", generation: 3 },
    spec: {
      cluster: { name: "example-multigres-cluster", uid: "cluster-uid" },
      rootPath: "/multigres/global",
      image: "quay.io/coreos/etcd:v3.5.17",
      imagePullPolicy: "IfNotPresent",
      imagePullSecrets: [{ name: "my-registry-secret" }],
      replicas: 3,
      resources: { requests: { cpu: "100m", memory: "256Mi" } },
      dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
      ...spec,
    },
  };
}

type StatefulSetStatus = Pick<V1StatefulSetStatus, keyof V1StatefulSetStatus>;

/** The StatefulSet of `topoServer` with all members ready, unless told otherwise. */
export function aLiveStatefulSet(topoServer: TopoServer, status: Partial<StatefulSetStatus> = {}): V1StatefulSet {
  const desired = memberStatefulSet(topoServer, wantedDataClaim(topoServer));
  const { replicas } = topoServer.spec;
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: topoServer.metadata.name, namespace: "example", uid: "sts-uid", generation: 2 },
    spec: desired.spec,
    status: {
      observedGeneration: 2,
      replicas,
      readyReplicas: replicas,
      updatedReplicas: replicas,
      ...status,
    },
  };
}

export function aPod(name: string, waiting?: { reason: string; message?: string }): V1Pod {
  return {
    metadata: { name, namespace: "example" },
    status: {
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: waiting
        ? [{ name: "etcd", image: "", imageID: "", ready: false, restartCount: 0, state: { waiting } }]
        : [],
    },
  };
}

export function observed(topoServer: TopoServer, more: Partial<ObservedTopoServer> = {}): ObservedTopoServer {
  return {
    topoServer,
    statefulSet: aLiveStatefulSet(topoServer),
    pods: [],
    claims: [],
    disruptionBudgets: [],
    ...more,
  };
}
