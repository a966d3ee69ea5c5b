import { labels } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import type { TestCluster } from "../../support/cluster.ts";
import type { Instance } from "./table.ts";

type Of<Kind> = Kind extends ResourceKind<infer T> ? T : never;
export type Pod = Of<typeof kinds.Pod>;
export type Service = Of<typeof kinds.Service>;
export type StatefulSet = Of<typeof kinds.StatefulSet>;
export type Deployment = Of<typeof kinds.Deployment>;
export type Container = NonNullable<Pod["spec"]>["containers"][number];

/** All that a namespace has of pods and what belongs to them. */
export interface Snapshot {
  readonly namespace: string;
  readonly pods: Pod[];
  readonly workloads: (StatefulSet | Deployment)[];
  readonly services: Service[];
  readonly budgets: Of<typeof kinds.PodDisruptionBudget>[];
  readonly claims: Of<typeof kinds.PersistentVolumeClaim>[];
  readonly configMaps: Of<typeof kinds.ConfigMap>[];
  readonly secrets: Of<typeof kinds.Secret>[];
}

export async function snapshot({ api }: Pick<TestCluster, "api">, namespace: string): Promise<Snapshot> {
  const list = async <T extends KubernetesObject>(kind: ResourceKind<T>): Promise<T[]> =>
    (await api.list(kind, { namespace })).items;
  const of = async <T extends KubernetesObject>(kind: ResourceKind<T>): Promise<T[]> =>
    (await list(kind)).map((object) => ({ ...object, kind: kind.kind }));
  return {
    namespace,
    pods: await list(kinds.Pod),
    workloads: [...(await of(kinds.StatefulSet)), ...(await of(kinds.Deployment))],
    services: await list(kinds.Service),
    budgets: await list(kinds.PodDisruptionBudget),
    claims: await list(kinds.PersistentVolumeClaim),
    configMaps: await list(kinds.ConfigMap),
    secrets: await list(kinds.Secret),
  };
}

/** One pod of a workload among everything in its namespace. */
export interface Live {
  readonly all: Snapshot;
  readonly instance: Instance;
  readonly workload: StatefulSet | Deployment;
  readonly pod: Pod;
}

/** The pods of an instance, each with its workload; a copy that can be changed. */
export function liveOf(from: Snapshot, instance: Instance): Live[] {
  const all = structuredClone(from);
  const found = all.workloads.filter((workload) => isOf(workload, instance));
  const [workload] = found;
  if (workload === undefined || found.length > 1) {
    throw new Error(`${found.length} workloads for ${instance.component} ${instance.name}`);
  }
  return podsOf(all, workload).map((pod) => ({ all, instance, workload, pod }));
}

export function podsOf(all: Snapshot, { spec }: StatefulSet | Deployment): Pod[] {
  return all.pods.filter((pod) => selects(spec?.selector.matchLabels, pod));
}

export function selects(selector: Record<string, string> | undefined, { metadata }: Pod): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => metadata?.labels?.[key] === value);
}

export function containersOf({ pod }: Live): Container[] {
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
}

const componentLabels: Readonly<Record<string, string>> = { etcd: "toposerver", pool: "shard-pool" };

function isOf({ metadata }: StatefulSet | Deployment, { component, identity }: Instance): boolean {
  const has = metadata?.labels ?? {};
  return (
    has[labels.component] === (componentLabels[component] ?? component) &&
    has[labels.cell] === identity.cell &&
    has[labels.database] === identity.database &&
    has[labels.poolType] === identity.type
  );
}
