import { appliedHashOf, hashOf, withAppliedHash } from "./applied-hash.ts";
import { updatesTurnedIntoApply } from "./field-managers.ts";
import { metadataDrift } from "./metadata-drift.ts";
import type { DesiredObject } from "./plan.ts";
import type { KubernetesObject } from "./resource.ts";
import { reportCorrection } from "./correction-event.ts";
import { differences } from "./subset.ts";
import type { WriteContext, WriteOutcome } from "./write-context.ts";

/**
 * Brings an existing workload to what is desired by server-side apply, unless nothing needs doing. Told in three steps,
 * where a wrong guess costs one apply that changes nothing: this process's own memory; after a restart the hash on the
 * object together with a comparison; else the apply itself.
 * @param live ours; a cache's `trim` may cut it, but not its metadata
 */
export async function writeWorkload(
  desired: DesiredObject,
  live: KubernetesObject,
  context: WriteContext,
): Promise<WriteOutcome> {
  const { client, records, observer } = context;
  const hash = hashOf(desired.object);
  const record = records.get(live);
  const drift = metadataDrift(desired.object, live);
  if (records.isSettled(live, hash, drift.length === 0) || isAsApplied(desired.object, live, hash)) {
    records.note(live, hash, record?.applied ?? false);
    observer.suppressed(desired.kind.kind, "apply");
    return "unchanged";
  }
  const paths = [...bodyDifferences(desired.object, live), ...drift];
  const reverting = (record?.hash ?? appliedHashOf(live)) === hash && paths.length > 0;
  if (reverting && !context.mayRevert(live.metadata?.uid ?? "")) return "held";
  const known = record?.applied === true && !reverting;
  const base = known ? live : await ownedThroughApply(desired, live, context);
  if (base === undefined) return "waiting";

  context.assertLeading();
  const written = await client.apply(
    desired.kind,
    onlyIfUid(withAppliedHash(desired.object, hash), live.metadata?.uid),
    context.fieldManager,
    context.request,
  );
  observer.written(desired.kind.kind, "apply");
  records.note(written, hash, true);
  context.remember(desired.kind, written);
  reportCorrection({ kind: desired.kind, desired: desired.object, found: base, written, paths, reverting }, context);
  return "written";
}

/** The live object, all that we ever set on it being recorded as applied; nothing when it was replaced meanwhile. */
async function ownedThroughApply(
  desired: DesiredObject,
  live: KubernetesObject,
  context: WriteContext,
): Promise<KubernetesObject | undefined> {
  const { client, request } = context;
  const { namespace = "", name = "", uid } = live.metadata ?? {};
  const current = await client.get(desired.kind, { namespace, name }, request);
  if (current.metadata?.uid !== uid) return undefined;
  const managedFields = updatesTurnedIntoApply(current, context.fieldManager);
  if (managedFields === undefined) return current;
  context.assertLeading();
  const patch = { metadata: { uid, resourceVersion: current.metadata?.resourceVersion, managedFields } };
  const patched = await client.mergePatch(desired.kind, { namespace, name }, patch, request);
  context.observer.written(desired.kind.kind, "patch");
  return patched;
}

function isAsApplied(desired: KubernetesObject, live: KubernetesObject, hash: string): boolean {
  return (
    appliedHashOf(live) === hash &&
    metadataDrift(desired, live).length === 0 &&
    bodyDifferences(desired, live).length === 0
  );
}

function bodyDifferences(desired: KubernetesObject, live: KubernetesObject): readonly string[] {
  const { apiVersion: _v, kind: _k, metadata: _m, ...body } = desired;
  return differences(body, live, "subset");
}

/** An apply that names a UID never creates and never touches another object of the name. */
function onlyIfUid<T extends KubernetesObject>(object: T, uid: string | undefined): T {
  return { ...object, metadata: { ...object.metadata, uid } };
}
