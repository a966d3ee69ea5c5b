// The part of the API that a chaos run uses, as a user writes it.

export interface Requests {
  readonly requests: Readonly<Record<string, string>>;
}

export interface PoolManifest {
  readonly type: "replica" | "readOnly";
  readonly cell: string;
  replicas?: number;
  dataVolumeClaimTemplate?: VolumeManifest;
  postgres?: { resources: Requests };
  podLabels?: Record<string, string>;
  podAnnotations?: Record<string, string>;
}

export interface VolumeManifest {
  readonly accessModes: readonly string[];
  readonly resources: Requests;
}

export interface EtcdManifest {
  readonly image: string;
  readonly replicas: number;
  dataVolumeClaimTemplate: VolumeManifest;
}

export interface CellManifest {
  readonly name: string;
  readonly spec: {
    readonly zone: string;
    readonly multiGateway: { readonly static: { replicas: number; resources: Requests } };
    readonly topoServer?: { readonly rootPath: string; readonly managedSpec: EtcdManifest };
  };
}

interface DatabaseManifest {
  readonly name: string;
  readonly spec: { readonly shardTemplateRef?: string; overrides?: PoolManifest[]; pools?: PoolManifest[] };
}

export type ImageName = "multigateway" | "multiorch" | "multipooler" | "multiadmin" | "postgres";

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface ClusterManifest {
  readonly apiVersion: string;
  readonly kind: "MultigresCluster";
  readonly metadata: Metadata;
  readonly spec: {
    readonly images: Record<ImageName, string>;
    readonly globalTopoServer: { readonly rootPath: string; readonly managedSpec: EtcdManifest };
    readonly multiadmin: { replicas: number; resources: Requests };
    readonly multiorch: { replicas: number; resources: Requests };
    cells: CellManifest[];
    databases: DatabaseManifest[];
  };
}

export interface TemplateManifest {
  readonly apiVersion: string;
  readonly kind: "ShardTemplate";
  readonly metadata: Metadata;
  readonly spec: { pools: PoolManifest[] };
}

export const apiVersion = "multigres.com/v1alpha1";
export const pausedAnnotation = "multigres.com/paused";

export function isPaused({ metadata }: { readonly metadata: Pick<Metadata, "annotations"> }): boolean {
  return metadata.annotations?.[pausedAnnotation] === "true";
}

export function volume(gibibytes: number): VolumeManifest {
  return { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${gibibytes}Gi` } } };
}

export function gibibytesOf({ resources }: VolumeManifest): number {
  return Number.parseInt(resources.requests["storage"] ?? "0", 10);
}

/** `milliCpu` distinguishes one wish from another; nothing else depends on it. */
export function requests(milliCpu: number): Requests {
  return { requests: { cpu: `${milliCpu}m`, memory: "64Mi" } };
}
