/** The MultigresCluster on whose behalf records are written. */
export interface Owner {
  /**
   * Tells Kubernetes clusters apart that share one etcd, for example the UID of the namespace kube-system. It must not
   * change while the cluster lives. Where it isn't known: "" (then equal namespaces and names count as equal).
   */
  readonly kubernetesCluster: string;
  readonly namespace: string;
  readonly name: string;
  /** metadata.uid. */
  readonly uid: string;
}

/**
 * Whether two are one cluster: the same object, or, since one Kubernetes cluster has only one of a name at a time, one
 * that was deleted and made again.
 */
export function isSameOwner(a: Owner, b: Owner): boolean {
  return (
    a.uid === b.uid || (a.kubernetesCluster === b.kubernetesCluster && a.namespace === b.namespace && a.name === b.name)
  );
}

/** What one of our own keys says: who wrote it, and on a cell's own root for which cell. */
export interface Claim {
  readonly owner: Owner;
  readonly cell?: string;
}

/** As JSON, so that `etcdctl get` shows a person whose it is. */
export function encodeClaim({ owner, cell }: Claim): Uint8Array {
  const { kubernetesCluster, namespace, name, uid } = owner;
  return Buffer.from(JSON.stringify({ owner: { kubernetesCluster, namespace, name, uid }, cell }));
}

/** Undefined: not written by this package. */
export function decodeClaim(bytes: Uint8Array): Claim | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
  if (!isObject(value) || !isObject(value["owner"])) return undefined;
  const { kubernetesCluster, namespace, name, uid } = value["owner"];
  const { cell } = value;
  if (!isText(kubernetesCluster) || !isText(namespace) || !isText(name) || !isText(uid)) return undefined;
  if (cell !== undefined && !isText(cell)) return undefined;
  return { owner: { kubernetesCluster, namespace, name, uid }, ...(cell === undefined ? {} : { cell }) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
