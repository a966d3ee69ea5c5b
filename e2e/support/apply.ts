import { type createTransport, type KubernetesObject, kinds } from "@multigres/controller-kit";

/** Whether `applyDirectly` can: it knows where objects of such a kind are. */
export function canApplyDirectly({ kind = "" }: KubernetesObject): boolean {
  return kind in kinds;
}

/**
 * What `kubectl apply --server-side` does, without starting it: that cost more than all that the API server then did.
 * Throws ApiError.
 */
export async function applyDirectly(
  transport: ReturnType<typeof createTransport>,
  objects: readonly KubernetesObject[],
): Promise<void> {
  for (const object of objects) {
    await transport.request({
      method: "PATCH",
      verb: "apply",
      path: `${pathOf(object)}?fieldManager=kubectl&fieldValidation=Strict`,
      body: JSON.stringify(object),
      contentType: "application/apply-patch+yaml",
      idempotent: true,
    });
  }
}

function pathOf({ kind, metadata }: KubernetesObject): string {
  const { group, version, plural } = kinds[kind as keyof typeof kinds];
  const base = group === "" ? "/api" : `/apis/${group}`;
  return `${base}/${version}/namespaces/${metadata?.namespace ?? "default"}/${plural}/${metadata?.name}`;
}
