import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import type { TestCluster } from "./cluster.ts";

type Api = Pick<TestCluster, "api">;

/** What only controllers write, each kind for another controller. */
export const childKinds: readonly ResourceKind[] = [kinds.TopoServer, kinds.Cell, kinds.TableGroup, kinds.Shard];

/** What the components run as, and what goes with that. */
export const workloadKinds: readonly ResourceKind[] = [
  kinds.Deployment,
  kinds.StatefulSet,
  kinds.Service,
  kinds.PodDisruptionBudget,
];

/** The objects of some kinds in a namespace. */
export async function objects(
  { api }: Api,
  namespace: string,
  of: readonly ResourceKind[],
  labelSelector?: string,
): Promise<KubernetesObject[]> {
  const lists = await Promise.all(of.map((kind) => api.list(kind, { namespace, labelSelector })));
  return lists.flatMap(({ items }) => items);
}

/** `<Kind> <name>`. */
export function idOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata?.name}`;
}

/** Which volume each claim of a namespace has, by name and UID. */
export async function volumesOf({ api }: Api, namespace: string): Promise<Record<string, string>> {
  const { items } = await api.list(kinds.PersistentVolumeClaim, { namespace });
  return Object.fromEntries(
    items.map(({ metadata, spec }) => [`${metadata?.name}`, `${metadata?.uid} on ${spec?.volumeName}`]),
  );
}
