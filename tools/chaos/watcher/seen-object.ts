import { labelNames, type SeenObject } from "../judge/facts.ts";
import { type ClusterManifest, pausedAnnotation, type TemplateManifest } from "../manifests.ts";

/** What the API server tells of an object. */
export interface LiveObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** The part of it that is judged. */
export function seenObject(kind: string, object: LiveObject): SeenObject {
  const { name, namespace = "", uid, creationTimestamp, deletionTimestamp, labels = {} } = object.metadata;
  const common = {
    kind,
    namespace,
    name,
    uid,
    createdAt: Date.parse(creationTimestamp),
    labels,
    isDeleting: deletionTimestamp !== undefined,
  };
  switch (kind) {
    case "Pod":
      return { ...common, podSpec: labels[labelNames.podSpec], ...readiness(object) };
    case "StatefulSet": {
      const { replicas, template } = object.spec ?? {};
      return { ...common, replicas, podSpec: template?.metadata?.labels?.[labelNames.podSpec] };
    }
    case "MultigresCluster":
      return { ...common, ...customResource(object), manifest: manifestOf(kind, object) };
    case "ShardTemplate":
      return { ...common, manifest: manifestOf(kind, object) };
    case "TopoServer":
    case "Cell":
    case "TableGroup":
    case "Shard":
      return { ...common, ...customResource(object) };
    default:
      return common;
  }
}

function manifestOf(kind: string, { metadata, spec }: LiveObject): ClusterManifest | TemplateManifest {
  const { namespace, name, annotations } = metadata;
  return { kind, metadata: { namespace, name, annotations }, spec } as unknown as ClusterManifest | TemplateManifest;
}

/** A user pauses with "true", an owner with "by-owner". */
function customResource({ metadata }: LiveObject): Pick<SeenObject, "customResource"> {
  const paused = metadata.annotations?.[pausedAnnotation];
  return {
    customResource: { isPaused: paused === "true" || paused === "by-owner", generation: metadata.generation ?? 0 },
  };
}

function readiness({ metadata, status }: LiveObject): Pick<SeenObject, "ready"> {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const since = Date.parse(ready?.lastTransitionTime ?? metadata.creationTimestamp);
  return { ready: { is: ready?.status === "True", since } };
}
