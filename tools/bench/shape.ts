import { namespace } from "./resources.ts";

const apiVersion = "multigres.com/v1alpha1";

/** The template that all measured clusters use. */
export const templateName = "measured";
export const cells = ["z1", "z2"] as const;
export const gatewaysPerCell = 2;
export const podsPerPool = 3;

export function clusterName(index: number): string {
  return `c${String(index).padStart(3, "0")}`;
}

function volume(storage: string) {
  return { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } };
}

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

export interface ClusterShape {
  /** Default 1. */
  readonly databases?: number;
  /** Default: the one that all measured clusters use. */
  readonly template?: string;
}

/**
 * A cluster of the measured shape: 2 cells of 2 gateways, databases of 2 pools of 3 pods each, managed etcd of 3, multiadmin
 * and multiorch.
 */
export function cluster(name: string, { databases = 1, template = templateName }: ClusterShape = {}) {
  const image = "multigres/multigres:latest";
  return {
    apiVersion,
    kind: "MultigresCluster",
    metadata: { name, namespace },
    spec: {
      images: {
        multigateway: image,
        multiorch: image,
        multipooler: image,
        multiadmin: image,
        postgres: "postgres:15.3",
      },
      globalTopoServer: {
        rootPath: "/multigres/global",
        managedSpec: { image: "quay.io/coreos/etcd:v3.5.17", replicas: 3, dataVolumeClaimTemplate: volume("10Gi") },
      },
      multiadmin: { replicas: 1, resources },
      multiorch: { replicas: 1, resources },
      cells: cells.map((cell) => ({
        name: cell,
        spec: { zone: cell, multiGateway: { static: { replicas: gatewaysPerCell, resources } } },
      })),
      // Names of their own: clusters of one namespace that share one race for the plain name of its TableGroup.
      databases: Array.from({ length: databases }, (_, index) => ({
        name: `${name}-app${index === 0 ? "" : index + 1}`,
        spec: { shardTemplateRef: template },
      })),
    },
  };
}

export function shardTemplate() {
  return {
    apiVersion,
    kind: "ShardTemplate",
    metadata: { name: templateName, namespace },
    spec: {
      pools: cells.map((cell) => ({
        type: "replica",
        cell,
        replicas: podsPerPool,
        dataVolumeClaimTemplate: volume("10Gi"),
        postgres: { resources },
        multipooler: { resources },
      })),
    },
  };
}

/** JSON patch that sets the number of gateways in cells of a cluster. */
export function gatewayPatch(replicas: number, of: readonly number[]) {
  return of.map((cell) => ({
    op: "replace",
    path: `/spec/cells/${cell}/spec/multiGateway/static/replicas`,
    value: replicas,
  }));
}
