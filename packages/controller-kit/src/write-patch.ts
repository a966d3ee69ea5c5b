import type { DesiredObject } from "./plan.ts";
import type { KubernetesObject } from "./resource.ts";
import { differences } from "./subset.ts";
import type { WriteContext } from "./write-context.ts";

/**
 * Changes what a patch says of an existing object, unless that is so already.
 * @param live what the cache shows; its `trim` must leave what patches of the kind change
 */
export async function writePatch(
  { kind, object }: DesiredObject,
  live: KubernetesObject,
  context: WriteContext,
): Promise<void> {
  const { metadata = {}, apiVersion: _v, kind: _k, ...body } = object;
  const { namespace = "", name = "", uid, ...others } = metadata;
  const patch = { metadata: others, ...body };
  const isOther = uid !== undefined && uid !== live.metadata?.uid;
  if (isOther || differences(patch, live, "subset").length === 0) {
    context.observer.suppressed(kind.kind, "patch");
    return;
  }
  context.assertLeading();
  // With the UID another object of the name is refused.
  const request = { ...patch, metadata: { ...others, uid: live.metadata?.uid } };
  const written = await context.client.mergePatch(kind, { namespace, name }, request, context.request);
  context.observer.written(kind.kind, "patch");
  context.remember(kind, written);
}
