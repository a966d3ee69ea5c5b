/** The part of a PersistentVolumeClaim that the provisioner reads. */
export interface Claim {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly volumeName?: string;
    readonly storageClassName?: string;
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage?: string } };
}

/** The default class: every access mode, growable. */
const standard = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "multigres.com/test-volumes",
  allowVolumeExpansion: true,
};

/** A class whose volumes can't grow. */
const fixed = { ...standard, metadata: { name: "fixed" }, allowVolumeExpansion: false };

/** StorageClasses of the test control plane. */
export const storageClasses = [standard, fixed];

export type VolumeAction =
  | { readonly action: "none" }
  /** `binding` is a merge patch of the claim. */
  | { readonly action: "provision"; readonly volume: object; readonly binding: object }
  | { readonly action: "bound"; readonly status: object }
  | { readonly action: "grow"; readonly volumeName: string; readonly storage: string };

/** What the provisioner does about one claim: gives it a volume, binds it, or plays the resizer. */
export function volumeActionFor(claim: Claim): VolumeAction {
  const { metadata, spec, status } = claim;
  const storage = spec.resources?.requests?.storage;
  if (metadata.deletionTimestamp !== undefined || storage === undefined) return { action: "none" };
  if (!storageClasses.some((storageClass) => storageClass.metadata.name === spec.storageClassName)) {
    return { action: "none" };
  }
  if (spec.volumeName === undefined) {
    const annotations = { "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes" };
    const binding = { metadata: { annotations }, spec: { volumeName: nameFor(claim) } };
    return { action: "provision", volume: volumeFor(claim, storage), binding };
  }
  if (status?.phase !== "Bound") {
    return { action: "bound", status: { phase: "Bound", accessModes: spec.accessModes, capacity: { storage } } };
  }
  if (status.capacity?.storage !== storage && spec.storageClassName === standard.metadata.name) {
    return { action: "grow", volumeName: spec.volumeName, storage };
  }
  return { action: "none" };
}

function nameFor({ metadata: { uid } }: Claim): string {
  return `pvc-${uid}`;
}

function volumeFor(claim: Claim, storage: string): object {
  const { name, namespace, uid } = claim.metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: nameFor(claim) },
    spec: {
      capacity: { storage },
      accessModes: claim.spec.accessModes ?? ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: claim.spec.storageClassName,
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name, uid },
      // No container ever runs here, so nothing is written to this path.
      hostPath: { path: `/var/empty/${uid}` },
    },
  };
}
