import { hashOf, withAppliedHash } from "./applied-hash.ts";
import { isAlreadyExists, isConflict, isNotFound } from "./errors.ts";
import { LeavingError, NameConflictError } from "./name-conflict.ts";
import { ownershipOf } from "./ownership.ts";
import type { DesiredObject } from "./plan.ts";
import type { KubernetesObject } from "./resource.ts";
import { writeChild } from "./write-child.ts";
import type { WriteContext, WriteOutcome } from "./write-context.ts";
import { writeWorkload } from "./write-workload.ts";

/**
 * Brings one object to what is desired.
 *
 * Absent in the cache may mean "not ours", as caches are label-selected; so a missing object is made by POST, which
 * never touches an existing one, and a taken name is looked at live.
 * @param cached the object in the cache, if any
 * @param suspected a stranger held the name last time: look before trying to create
 * @throws NameConflictError, LeavingError, ApiError
 */
export async function writeObject(
  desired: DesiredObject,
  cached: KubernetesObject | undefined,
  suspected: boolean,
  context: WriteContext,
): Promise<WriteOutcome> {
  if (cached !== undefined) return updateOnce(desired, cached, context);
  const known = suspected ? await live(desired, context) : undefined;
  if (known !== undefined) return update(desired, known, context);
  try {
    return await create(desired, context);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const existing = await live(desired, context);
    // Gone again: the next reconcile creates it.
    return existing === undefined ? "waiting" : update(desired, existing, context);
  }
}

async function create(desired: DesiredObject, context: WriteContext): Promise<WriteOutcome> {
  const hash = hashOf(desired.object);
  context.assertLeading();
  const created = await context.client.create(desired.kind, withAppliedHash(desired.object, hash), context.request);
  context.observer.written(desired.kind.kind, "create");
  context.records.note(created, hash, false);
  context.remember(desired.kind, created);
  return "written";
}

/** A cached resourceVersion lags while the child's own controller writes status; one fresh look settles that. */
async function updateOnce(
  desired: DesiredObject,
  cached: KubernetesObject,
  context: WriteContext,
): Promise<WriteOutcome> {
  try {
    return await update(desired, cached, context);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const current = await live(desired, context);
    return current === undefined ? "waiting" : update(desired, current, context);
  }
}

async function update(
  desired: DesiredObject,
  existing: KubernetesObject,
  context: WriteContext,
): Promise<WriteOutcome> {
  const ownership = ownershipOf(desired, existing);
  if (ownership === "foreign") throw new NameConflictError(desired, existing);
  if (ownership === "leaving") throw new LeavingError(desired);
  if (existing.metadata?.deletionTimestamp !== undefined) return "waiting";
  return desired.write === "exact" ? writeChild(desired, existing, context) : writeWorkload(desired, existing, context);
}

async function live(desired: DesiredObject, context: WriteContext): Promise<KubernetesObject | undefined> {
  const { namespace = "", name = "" } = desired.object.metadata ?? {};
  try {
    return await context.client.get(desired.kind, { namespace, name }, context.request);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
