import { labels } from "@multigres/api-types";
import { PlanExecutor } from "../executor.ts";
import { kinds } from "../kinds.ts";
import type { Deletion, DesiredObject, RandomBytes } from "../plan.ts";
import type { Key, KubernetesObject, ResourceKind } from "../resource.ts";
import type { WriteContext } from "../write-context.ts";
import { WriteRecords } from "../write-records.ts";
import { EventList } from "./event-list.ts";
import { MemoryApi } from "./memory-api.ts";

export type Any = KubernetesObject & { spec?: Record<string, unknown>; data?: Record<string, string> };
export const cell = kinds.Cell as ResourceKind as ResourceKind<Any>;
export const deployment = kinds.Deployment as ResourceKind as ResourceKind<Any>;
export const service = kinds.Service as ResourceKind as ResourceKind<Any>;
export const claim = kinds.PersistentVolumeClaim as ResourceKind as ResourceKind<Any>;
/** The one kind without a cache. */
export const secret = kinds.Secret as ResourceKind as ResourceKind<Any>;

const owner = {
  apiVersion: "multigres.com/v1alpha1",
  kind: "MultigresCluster",
  metadata: { namespace: "t1", name: "demo", uid: "cluster-uid" },
};
export const ownerReference = {
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: "demo",
  uid: "cluster-uid",
  controller: true,
  blockOwnerDeletion: true,
};
const apiVersions: Record<string, string> = { Cell: "multigres.com/v1alpha1", Deployment: "apps/v1" };

export function anObject(kind: ResourceKind, name: string, spec: Record<string, unknown>): Any {
  return {
    apiVersion: apiVersions[kind.kind] ?? "v1",
    kind: kind.kind,
    metadata: { namespace: "t1", name, labels: { [labels.cluster]: "demo" }, ownerReferences: [ownerReference] },
    spec,
  };
}

const isDemos = (live: KubernetesObject) => live.metadata?.labels?.[labels.cluster] === "demo";
export const aCell = (spec: Record<string, unknown> = { replicas: 2 }): DesiredObject => ({
  write: "exact",
  kind: cell,
  object: anObject(cell, "demo-z1", spec),
  isOurs: isDemos,
});
export const aDeployment = (spec: Record<string, unknown> = { replicas: 2 }): DesiredObject => ({
  write: "apply",
  kind: deployment,
  object: anObject(deployment, "gateway", spec),
  isOurs: isDemos,
});

/** A controller's process: its memory, its cache (all of the server unless told otherwise), its Events. */
export function aProcess(
  api: MemoryApi,
  cached: (kind: ResourceKind, key: Key) => KubernetesObject | undefined = trimmed(api),
  randomBytes?: RandomBytes,
) {
  const executor = new PlanExecutor({
    isWatched: ({ kind }) => kind !== secret.kind,
    cached,
    ...(randomBytes && { randomBytes }),
  });
  const recorder = new EventList();
  const context: WriteContext = {
    client: api,
    fieldManager: "multigres-test",
    records: new WriteRecords(),
    recorder,
    observer: { written: () => {}, suppressed: () => {} },
    assertLeading: () => {},
    mayRevert: () => true,
    remember: () => {},
    forget: () => {},
    request: {},
  };
  return {
    events: recorder.events,
    run: (objects: readonly DesiredObject[], more: Partial<WriteContext> = {}) =>
      executor.execute(owner, { objects, deletions: [] }, { ...context, ...more }),
    delete: (deletion: Deletion, more: Partial<WriteContext> = {}) =>
      executor.execute(owner, { objects: [], deletions: [deletion] }, { ...context, ...more }),
  };
}

/** What a cache shows: never managedFields. */
export function trimmed(api: MemoryApi) {
  return (kind: ResourceKind, key: Key): KubernetesObject | undefined => {
    const object = api.peek(kind, key);
    if (object?.metadata) Object.assign(object.metadata, { managedFields: undefined });
    return object;
  };
}

export const anApi = () => new MemoryApi("multigres-test");
export const nothingCached = () => undefined;
export const written = (api: MemoryApi) => {
  const since = api.writes.length;
  return () => api.writes.slice(since);
};

export function splitKey(key: string): { namespace: string; name: string } {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}
