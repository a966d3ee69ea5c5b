import type { V1Deployment, V1DeploymentStatus, V1Pod } from "@kubernetes/client-node";
import { apiVersion, type Cell, type CellSpec, type Condition, type TopoServer } from "@multigres/api-types";
import type { TaskResult, TaskResults } from "@multigres/controller-kit";
import type { TopologyOutcome } from "@multigres/topology";
import type { ObservedCell } from "../observe.ts";
import { type Registration, registrationOf } from "../registration.ts";
import { gatewayDeployment } from "../resources/gateway-deployment.ts";
import { localTopoServer } from "../resources/topo-server.ts";
import { claimRoot } from "../topology-tasks.ts";

export const now = new Date("2026-11-20T10:00:00Z");

/** The first cell of the spec's example, as the cluster-controller writes it. */
export function aCell(spec: Partial<CellSpec> = {}): Cell {
  return {
    apiVersion,
    kind: "Cell",
    metadata: { name: "example-multigres-cluster-us-east-1a", namespace: "example", uid: "cell-uid", generation: 5 },
    spec: {
      cluster: { name: "example-multigres-cluster", uid: "cluster-uid" },
      name: "us-east-1a",
      zone: "us-east-1a",
      images: {
        imagePullPolicy: "IfNotPresent",
        imagePullSecrets: [{ name: "my-registry-secret" }],
        multigateway: "multigres/multigres:latest",
      },
      multiGateway: {
        replicas: 2,
        resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      },
      globalTopoServer: {
        rootPath: "/multigres/global",
        address: "example-multigres-cluster-global-client.example.svc:2379",
        clientServiceName: "example-multigres-cluster-global-client",
      },
      topoServer: {},
      allCells: ["us-east-1a", "us-east-1b"],
      topologyReconciliation: { registerCell: true, pruneTablets: true },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      ...spec,
    },
  };
}

const managedTopoServer: CellSpec["topoServer"] = {
  rootPath: "/multigres/us-east-1b",
  managedSpec: {
    image: "quay.io/coreos/etcd:v3.5.17",
    replicas: 1,
    resources: { requests: { cpu: "100m", memory: "256Mi" } },
    dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } },
  },
};

/** The second cell of the spec's example: with a topology server of its own. */
export function aCellWithTopoServer(spec: Partial<CellSpec> = {}): Cell {
  return aCell({ name: "us-east-1b", zone: "us-east-1b", topoServer: managedTopoServer, ...spec });
}

type DeploymentStatus = Pick<V1DeploymentStatus, keyof V1DeploymentStatus>;

/** The gateways' Deployment with all pods ready, unless told otherwise. */
export function aLiveGateway(cell: Cell, status: Partial<DeploymentStatus> = {}): V1Deployment {
  const { metadata, spec } = gatewayDeployment(cell);
  const { replicas } = cell.spec.multiGateway;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: metadata?.name, namespace: metadata?.namespace, uid: "deployment-uid", generation: 2 },
    spec,
    status: { observedGeneration: 2, replicas, readyReplicas: replicas, updatedReplicas: replicas, ...status },
  };
}

export function aPod(name: string, waiting?: { reason: string; message?: string }): V1Pod {
  return {
    metadata: { name, namespace: "example", uid: name, creationTimestamp: now },
    status: {
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: waiting
        ? [{ name: "multigateway", image: "", imageID: "", ready: false, restartCount: 0, state: { waiting } }]
        : [],
    },
  };
}

export interface TopoServerState {
  readonly observedGeneration?: number;
  readonly available?: Partial<Condition>;
  readonly progressing?: Partial<Condition>;
  readonly stalled?: Partial<Condition>;
  readonly storageGrowthFailures?: Record<string, string>;
}

/** The cell's own TopoServer: healthy, unless told otherwise. */
export function aLiveTopoServer(cell: Cell, state: TopoServerState = {}): TopoServer {
  const desired = localTopoServer(cell);
  if (!desired) throw new Error("the cell has no managed topology server");
  const { observedGeneration = 1, storageGrowthFailures } = state;
  return {
    ...desired,
    metadata: { ...desired.metadata, uid: "topo-uid", generation: 1 },
    status: {
      observedGeneration,
      storageGrowthFailures,
      conditions: [
        {
          type: "Available",
          status: "True",
          reason: "QuorumReached",
          message: "Etcd cluster is healthy",
          ...state.available,
        },
        {
          type: "Progressing",
          status: "False",
          reason: "Converged",
          message: "Everything is as the spec says.",
          ...state.progressing,
        },
        {
          type: "Stalled",
          status: "False",
          reason: "NothingToDo",
          message: "Nothing waits for a person.",
          ...state.stalled,
        },
      ],
    },
  };
}

export type Answer = TaskResult<TopologyOutcome> | undefined;

export const done: Answer = { state: "done", output: { result: "done" } };
export const unreachable: Answer = {
  state: "failed",
  since: new Date(0),
  message: "etcd can't be reached (etcd:2379: the connection is refused)",
};
export const foreign: Answer = {
  state: "done",
  output: { result: "foreign", message: "Root path /x in etcd is in use by MultigresCluster a/b (uid 1)" },
};
export const refused: Answer = {
  state: "done",
  output: { result: "refused", message: "etcd at etcd:2379 refuses: user name is empty" },
};

export interface Answers {
  /** Of the server of the cell's own. */
  readonly claim?: Answer;
  readonly record?: Answer;
}

export function resultsWith(answers: Answers): TaskResults {
  return { of: ((kind: unknown) => (kind === claimRoot ? answers.claim : answers.record)) as TaskResults["of"] };
}

/** Registered, unless told otherwise. */
export function aRegistration(cell: Cell, answers: Answers = { claim: done, record: done }): Registration {
  return registrationOf(cell, resultsWith(answers));
}

export function observed(cell: Cell, more: Partial<ObservedCell> = {}): ObservedCell {
  return {
    cell,
    gateway: aLiveGateway(cell),
    gatewayPods: [],
    disruptionBudgets: [],
    topoServers: localTopoServer(cell) ? [aLiveTopoServer(cell)] : [],
    registration: aRegistration(cell),
    ...more,
  };
}
