import type { ControlPlane } from "../control-plane/index.ts";
import type { ListPods, ListedPod } from "../multiadmin/index.ts";

/** As an administrator sees pods. */
export function podsBySelector(plane: Pick<ControlPlane, "request">): ListPods {
  return async (namespace, labelSelector) => {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labelSelector)}`;
    return ((await plane.request({ method: "GET", path })) as { items: readonly ListedPod[] }).items;
  };
}
