import { appliedHashOf, hashOf, withAppliedHash } from "./applied-hash.ts";
import { metadataDrift } from "./metadata-drift.ts";
import { mergeOwners } from "./ownership.ts";
import type { DesiredObject } from "./plan.ts";
import type { KubernetesObject } from "./resource.ts";
import { reportCorrection } from "./correction-event.ts";
import { differences } from "./subset.ts";
import type { WriteContext, WriteOutcome } from "./write-context.ts";

type Body = Readonly<Record<string, unknown>>;

/**
 * Makes a child CR what is desired, to the letter, by PUT: server-side apply would leave what others add. Labels,
 * annotations, finalizers and owners of others stay.
 * @param live ours; its metadata must be whole (a cache's `trim` may not cut it)
 */
export async function writeChild(
  desired: DesiredObject,
  live: KubernetesObject,
  context: WriteContext,
): Promise<WriteOutcome> {
  const { client, records, observer, request } = context;
  const hash = hashOf(desired.object);
  const settled = records.isSettled(live, hash, metadataDrift(desired.object, live).length === 0);
  if (settled || childDifferences(desired.object, live).length === 0) {
    records.note(live, hash, false);
    observer.suppressed(desired.kind.kind, "replace");
    return "unchanged";
  }
  // The same wish as last time and yet a difference: somebody else made it.
  const reverting = (records.get(live)?.hash ?? appliedHashOf(live)) === hash;
  if (reverting && !context.mayRevert(live.metadata?.uid ?? "")) return "held";
  const { namespace = "", name = "" } = live.metadata ?? {};
  const base = reverting ? await client.get(desired.kind, { namespace, name }, request) : live;
  if (base.metadata?.uid !== live.metadata?.uid) return "waiting";
  const paths = childDifferences(desired.object, base);

  context.assertLeading();
  const written = await client.replace(desired.kind, replacement(desired.object, base, hash), request);
  observer.written(desired.kind.kind, "replace");
  records.note(written, hash, false);
  context.remember(desired.kind, written);
  reportCorrection({ kind: desired.kind, desired: desired.object, found: base, written, paths, reverting }, context);
  return "written";
}

function childDifferences(desired: KubernetesObject, live: KubernetesObject): readonly string[] {
  return [...differences(bodyOf(desired), bodyOf(live), "exact"), ...metadataDrift(desired, live)];
}

function bodyOf(object: KubernetesObject): Body {
  const {
    apiVersion: _v,
    kind: _k,
    metadata: _m,
    status: _s,
    ...body
  } = object as KubernetesObject & { status?: unknown };
  return body;
}

function replacement(desired: KubernetesObject, live: KubernetesObject, hash: string): KubernetesObject {
  const want = withAppliedHash(desired, hash).metadata ?? {};
  const have = live.metadata ?? {};
  return {
    apiVersion: desired.apiVersion,
    kind: desired.kind,
    metadata: {
      name: have.name,
      namespace: have.namespace,
      uid: have.uid,
      resourceVersion: have.resourceVersion,
      labels: { ...have.labels, ...want.labels },
      annotations: { ...have.annotations, ...want.annotations },
      ownerReferences: mergeOwners(have.ownerReferences, want.ownerReferences),
      finalizers: [...new Set([...(have.finalizers ?? []), ...(want.finalizers ?? [])])],
    },
    ...bodyOf(desired),
  };
}
