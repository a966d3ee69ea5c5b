import type { ClusterManifest, TemplateManifest } from "../manifests.ts";

// What the watcher sees, all in milliseconds since 1970 by the clock of the machine that everything runs on.

export interface SeenObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly isDeleting: boolean;
  /** Of a pod. */
  readonly ready?: { readonly is: boolean; readonly since: number };
  /** Of a StatefulSet. */
  readonly replicas?: number;
  /** Hash of the wanted pod spec: of a pod, the one that it was made from; of a StatefulSet, its template's. */
  readonly podSpec?: string;
  /** Of what is paused as a whole: a MultigresCluster and its children. */
  readonly customResource?: { readonly isPaused: boolean; readonly generation: number };
  /** Of a MultigresCluster or ShardTemplate. */
  readonly manifest?: ClusterManifest | TemplateManifest;
}

/** A request that the API server carried out or refused. */
export interface SeenRequest {
  readonly user: string;
  readonly verb: string;
  /** Plural. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status. */
  readonly code: number;
  /** When it came in; what it changes changes after that. */
  readonly receivedAt: number;
}

/** A time in which the operator, or what it talks to, was held. */
export interface Disturbance {
  readonly what: string;
  readonly from: number;
  /** Unset: it goes on. */
  readonly to?: number;
}

export type Fact =
  | { readonly fact: "object"; readonly at: number; readonly change: "seen" | "gone"; readonly object: SeenObject }
  | { readonly fact: "request"; readonly at: number; readonly request: SeenRequest; readonly line: string }
  | {
      readonly fact: "leader";
      readonly at: number;
      readonly namespace: string;
      readonly cluster: string;
      readonly database: string;
      /** Unset: nobody. */
      readonly podName?: string;
    }
  | { readonly fact: "disturbance"; readonly at: number; readonly id: number; readonly disturbance: Disturbance };

export type RequestFact = Extract<Fact, { fact: "request" }>;

const operator = "system:serviceaccount:multigres-system:";
export const statefulSetController = "system:serviceaccount:kube-system:statefulset-controller";
export const garbageCollector = "system:serviceaccount:kube-system:generic-garbage-collector";

export function isOperator({ user }: SeenRequest): boolean {
  return user.startsWith(operator);
}

/** Name of the controller that made a request of the operator. */
export function controllerOf({ user }: SeenRequest): string {
  return user.slice(operator.length);
}

const changing = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** It changed something. */
export function isWrite({ verb, code }: SeenRequest): boolean {
  return changing.has(verb) && code >= 200 && code < 300;
}

export function isDeletion(request: SeenRequest): boolean {
  return isWrite(request) && request.verb.startsWith("delete");
}

export const labelNames = {
  cluster: "multigres.com/cluster",
  cell: "multigres.com/cell",
  database: "multigres.com/database",
  poolType: "multigres.com/pool-type",
  topoScope: "multigres.com/topo-scope",
  podSpec: "multigres.com/pod-spec",
  component: "app.kubernetes.io/component",
  managedBy: "app.kubernetes.io/managed-by",
} as const;

/** What the audit log calls a kind. */
export function resourceOf(kind: string): string {
  const lower = kind.toLowerCase();
  return lower.endsWith("s") ? `${lower}es` : `${lower}s`;
}
