import type { ApiRequest } from "../../control-plane/index.ts";
import { namespaces } from "../fleet.ts";

/** An object as far as it is compared with what is wanted. */
export interface LiveObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: LiveSpec;
  readonly status?: LiveStatus;
}

export interface LiveContainer {
  readonly name: string;
  readonly image: string;
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
}

interface LiveSpec {
  readonly containers?: readonly LiveContainer[];
  readonly initContainers?: readonly LiveContainer[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly persistentVolumeClaim?: { readonly claimName: string };
  }[];
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
}

interface LiveStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  readonly databases?: Readonly<Record<string, { readonly servingWrites?: string }>>;
  readonly capacity?: Readonly<Record<string, string>>;
}

const ours = "/apis/multigres.com/v1alpha1";
const kinds: readonly (readonly [kind: string, root: string, plural: string])[] = [
  ["MultigresCluster", ours, "multigresclusters"],
  ["TopoServer", ours, "toposervers"],
  ["Cell", ours, "cells"],
  ["TableGroup", ours, "tablegroups"],
  ["Shard", ours, "shards"],
  ["Deployment", "/apis/apps/v1", "deployments"],
  ["StatefulSet", "/apis/apps/v1", "statefulsets"],
  ["PodDisruptionBudget", "/apis/policy/v1", "poddisruptionbudgets"],
  ["Service", "/api/v1", "services"],
  ["ConfigMap", "/api/v1", "configmaps"],
  ["PersistentVolumeClaim", "/api/v1", "persistentvolumeclaims"],
  ["Pod", "/api/v1", "pods"],
];

/** Everything in the namespaces of the run. */
export async function readLive(request: (request: ApiRequest) => Promise<unknown>): Promise<readonly LiveObject[]> {
  const lists = await Promise.all(
    namespaces.flatMap((namespace) =>
      kinds.map(async ([kind, root, plural]) => {
        const path = `${root}/namespaces/${namespace}/${plural}`;
        const { items } = (await request({ method: "GET", path })) as { items: readonly LiveObject[] };
        return items.map((item) => ({ ...item, kind }));
      }),
    ),
  );
  return lists.flat();
}

export function hasLabels({ metadata }: LiveObject, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([label, value]) => metadata.labels?.[label] === value);
}

export function nameOf({ kind, metadata }: LiveObject): string {
  return `${kind} ${metadata.name}`;
}
