import { isNotFound } from "./errors.ts";
import type { KubernetesObject, ResourceKind } from "./resource.ts";
import type { WriteContext } from "./write-context.ts";

/**
 * Puts a finalizer on an object or takes it away, if that isn't so already. Those of others stay.
 * @throws ApiError; a conflict when somebody changed the object since
 */
export async function writeFinalizer(
  kind: ResourceKind,
  live: KubernetesObject,
  finalizer: { readonly name: string; readonly wanted: boolean },
  context: WriteContext,
): Promise<void> {
  const { namespace = "", name = "", uid, resourceVersion, deletionTimestamp, finalizers = [] } = live.metadata ?? {};
  const others = finalizers.filter((other) => other !== finalizer.name);
  // The API server refuses new finalizers on what is being deleted.
  if (finalizer.wanted === others.length < finalizers.length || (finalizer.wanted && deletionTimestamp)) return;
  context.assertLeading();
  const wanted = finalizer.wanted ? [...others, finalizer.name] : others;
  const patch = { metadata: { uid, resourceVersion, finalizers: wanted } };
  try {
    const written = await context.client.mergePatch(kind, { namespace, name }, patch, context.request);
    context.observer.written(kind.kind, "patch");
    context.remember(kind, written);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
