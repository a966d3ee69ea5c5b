import type { LiveObject } from "./bare-client.ts";

/** An object as it is to be posted again, on another control plane. */
export interface Recording {
  readonly body: Readonly<Record<string, unknown>> & { readonly kind?: string };
  /** UID that it had: owners are named by it. */
  readonly uid: string;
  readonly owners: readonly Readonly<Record<string, unknown> & { readonly uid: string }>[];
}

const controllers = /^multigres-/;

/** Whether one of our controllers made the object, and not, say, the StatefulSet controller. */
export function madeByOperator(object: LiveObject): boolean {
  return object.metadata.managedFields?.some(({ manager }) => controllers.test(manager ?? "")) ?? false;
}

/** What the API server and other controllers filled in and would refuse, or fill in again. */
const filledIn: Readonly<Record<string, readonly string[]>> = {
  Service: ["clusterIP", "clusterIPs"],
  PersistentVolumeClaim: ["volumeName"],
};
const headless = "None";

/** What has to be posted so that the same object exists elsewhere. */
export function record(object: LiveObject): Recording {
  const { apiVersion, kind = "", metadata, status: _status, spec, ...body } = object;
  const { name, namespace, labels, annotations, uid, ownerReferences = [] } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(
    ([key]) => !/(^|\.)kubernetes\.io\//.test(key) && key !== "kubectl.kubernetes.io/last-applied-configuration",
  );
  return {
    uid,
    owners: ownerReferences,
    body: {
      apiVersion,
      kind,
      metadata: {
        name,
        namespace,
        ...(labels && { labels }),
        ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
      },
      ...body,
      ...(spec !== undefined && { spec: withoutFilledIn(kind, spec as Record<string, unknown>) }),
    },
  };
}

function withoutFilledIn(kind: string, spec: Record<string, unknown>): Record<string, unknown> {
  const dropped = spec["clusterIP"] === headless ? [] : (filledIn[kind] ?? []);
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !dropped.includes(field)));
}

/** The recordings in an order in which owners come before what they own; owners that weren't recorded are dropped. */
export function ownersFirst(recordings: readonly Recording[]): readonly Recording[] {
  const byUid = new Map(recordings.map((recording) => [recording.uid, recording]));
  const ordered = new Set<Recording>();
  const place = (recording: Recording): void => {
    if (ordered.has(recording)) return;
    for (const { uid } of recording.owners) {
      const owner = byUid.get(uid);
      if (owner !== undefined) place(owner);
    }
    ordered.add(recording);
  };
  for (const recording of recordings) place(recording);
  return [...ordered].map((recording) => ({
    ...recording,
    owners: recording.owners.filter(({ uid }) => byUid.has(uid)),
  }));
}

/** The body to post once the owners exist: with their new UIDs, or the garbage collector would take the object away. */
export function bodyWithOwners(recording: Recording, newUid: (uid: string) => string): Recording["body"] {
  if (recording.owners.length === 0) return recording.body;
  const ownerReferences = recording.owners.map((owner) => ({ ...owner, uid: newUid(owner.uid) }));
  return {
    ...recording.body,
    metadata: { ...(recording.body["metadata"] as object), ownerReferences },
  };
}
