import {
  type ClusterManifest,
  type EtcdManifest,
  gibibytesOf,
  type PoolManifest,
  type TemplateManifest,
} from "../manifests.ts";

// What a cluster's manifest asks for, worked out from the API's description alone: the controllers' code must not judge itself.

export interface WantedWorkload {
  readonly replicas: number;
  readonly image: string;
  readonly cpu: string;
}

export interface WantedEtcd {
  readonly replicas: number;
  readonly image: string;
  readonly gibibytes: number;
}

interface WantedPool {
  readonly type: string;
  readonly cell: string;
  readonly replicas: number;
  readonly postgresImage: string;
  readonly poolerImage: string;
  readonly cpu: string;
  readonly gibibytes: number;
}

export interface Wanted {
  readonly etcd: WantedEtcd;
  readonly multiadmin: WantedWorkload;
  readonly multiorch: WantedWorkload;
  readonly cells: ReadonlyMap<string, { readonly gateways: WantedWorkload; readonly etcd?: WantedEtcd }>;
  /** By name; pools by `poolKey`. */
  readonly databases: ReadonlyMap<string, ReadonlyMap<string, WantedPool>>;
}

export function poolKey({ type, cell }: { readonly type: string; readonly cell: string }): string {
  return `${type} ${cell}`;
}

/** A database of a template that doesn't exist has no pools. */
export function wantedOf({ spec }: ClusterManifest, template: TemplateManifest | undefined): Wanted {
  const { images } = spec;
  return {
    etcd: etcdOf(spec.globalTopoServer.managedSpec),
    multiadmin: workload(spec.multiadmin, images.multiadmin),
    multiorch: workload(spec.multiorch, images.multiorch),
    cells: new Map(
      spec.cells.map(({ name, spec: { multiGateway, topoServer } }) => [
        name,
        {
          gateways: workload(multiGateway.static, images.multigateway),
          ...(topoServer && { etcd: etcdOf(topoServer.managedSpec) }),
        },
      ]),
    ),
    databases: new Map(
      spec.databases.map(({ name, spec: { pools, overrides = [] } }) => {
        const all = pools ?? overridden(template?.spec.pools ?? [], overrides);
        return [name, new Map(all.map((pool) => [poolKey(pool), wantedPool(pool, images)]))];
      }),
    ),
  };
}

function overridden(pools: readonly PoolManifest[], overrides: readonly PoolManifest[]): readonly PoolManifest[] {
  const merged = new Map(pools.map((pool) => [poolKey(pool), pool]));
  for (const override of overrides) {
    merged.set(poolKey(override), { ...merged.get(poolKey(override)), ...override });
  }
  return [...merged.values()];
}

function wantedPool(pool: PoolManifest, images: ClusterManifest["spec"]["images"]): WantedPool {
  const { type, cell, replicas, postgres, dataVolumeClaimTemplate } = pool;
  return {
    type,
    cell,
    replicas: replicas ?? 3,
    postgresImage: images.postgres,
    poolerImage: images.multipooler,
    cpu: postgres?.resources.requests["cpu"] ?? "500m",
    gibibytes: dataVolumeClaimTemplate === undefined ? 10 : gibibytesOf(dataVolumeClaimTemplate),
  };
}

function workload(
  {
    replicas,
    resources,
  }: { readonly replicas: number; readonly resources: ClusterManifest["spec"]["multiadmin"]["resources"] },
  image: string,
): WantedWorkload {
  return { replicas, image, cpu: resources.requests["cpu"] ?? "" };
}

function etcdOf({ replicas, image, dataVolumeClaimTemplate }: EtcdManifest): WantedEtcd {
  return { replicas, image, gibibytes: gibibytesOf(dataVolumeClaimTemplate) };
}
