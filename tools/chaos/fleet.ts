import {
  apiVersion,
  type CellManifest,
  type ClusterManifest,
  type PoolManifest,
  requests,
  type TemplateManifest,
  volume,
} from "./manifests.ts";

/** Everything that is wanted, as it was applied last. */
export interface Fleet {
  clusters: ClusterManifest[];
  templates: TemplateManifest[];
  /** Largest size in GiB that the volumes of a removed pool had; it finds them again. */
  sizes: Record<string, number>;
}

export const namespaces = ["chaos-a", "chaos-b"] as const;
const templateName = "shared";
/** Of every cluster, from the template: all of a namespace want the same name for its TableGroup. */
export const sharedDatabase = "app";
export const goodPostgresImage = "pgctld:1";

export function firstFleet(clusters: number): Fleet {
  return {
    clusters: Array.from({ length: clusters }, (_, index) => cluster(index)),
    templates: namespaces.map(template),
    sizes: {},
  };
}

export function pool(type: PoolManifest["type"], cell: string, replicas: number, gibibytes = 1): PoolManifest {
  return {
    type,
    cell,
    replicas,
    dataVolumeClaimTemplate: volume(gibibytes),
    postgres: { resources: requests(100) },
  };
}

export function cell(name: string, withOwnTopology: boolean): CellManifest {
  const multiGateway = { static: { replicas: 1, resources: requests(50) } };
  if (!withOwnTopology) return { name, spec: { zone: name, multiGateway } };
  const topoServer = { rootPath: `/multigres/${name}`, managedSpec: etcd(1) };
  return { name, spec: { zone: name, multiGateway, topoServer } };
}

function template(namespace: string): TemplateManifest {
  return {
    apiVersion,
    kind: "ShardTemplate",
    metadata: { name: templateName, namespace },
    spec: { pools: [pool("replica", "z1", 2), pool("replica", "z2", 1)] },
  };
}

function cluster(index: number): ClusterManifest {
  return {
    apiVersion,
    kind: "MultigresCluster",
    metadata: { name: `c${index}`, namespace: namespaces[index % namespaces.length] ?? namespaces[0] },
    spec: {
      images: {
        multigateway: "gateway:1",
        multiorch: "orch:1",
        multipooler: "pooler:1",
        multiadmin: "admin:1",
        postgres: goodPostgresImage,
      },
      globalTopoServer: { rootPath: "/multigres/global", managedSpec: etcd(index % 4 === 0 ? 3 : 1) },
      multiadmin: { replicas: 1, resources: requests(50) },
      multiorch: { replicas: 1, resources: requests(50) },
      cells: [cell("z1", false), cell("z2", index % 3 === 1)],
      databases: [
        { name: sharedDatabase, spec: { shardTemplateRef: templateName } },
        ...(index % 2 === 0 ? [{ name: "own_db", spec: { pools: [pool("replica", "z1", 3)] } }] : []),
      ],
    },
  };
}

function etcd(replicas: number) {
  return { image: "etcd:1", replicas, dataVolumeClaimTemplate: volume(1) };
}
