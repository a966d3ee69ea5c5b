import type { ControlPlane } from "../control-plane/index.ts";
import type { PodOfPool, PodSource } from "../multiadmin/index.ts";

/** Pods as an administrator sees them. */
export function podsBySelector(plane: Pick<ControlPlane, "request">): PodSource {
  return async ({ namespace }, labelSelector) => {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labelSelector)}`;
    return ((await plane.request({ method: "GET", path })) as { items: readonly PodOfPool[] }).items;
  };
}
