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
  | { readonly action: "provision"; readonly volume: object }
  | { readonly action: "grow"; readonly volumeName: string; readonly storage: string };

/** What the provisioner does about one claim: gives it a volume, or plays the resizer. */
export function volumeActionFor(claim: Claim): VolumeAction {
  const { metadata, spec, status } = claim;
  const storage = spec.resources?.requests?.storage;
  if (metadata.deletionTimestamp !== undefined || storage === undefined) return { action: "none" };
  if (!storageClasses.some((storageClass) => storageClass.metadata.name === spec.storageClassName)) {
    return { action: "none" };
  }
  if (spec.volumeName === undefined) return { action: "provision", volume: volumeFor(claim, storage) };
  const differs = status?.phase === "Bound" && status.capacity?.storage !== storage;
  if (differs && spec.storageClassName === standard.metadata.name) {
    return { action: "grow", volumeName: spec.volumeName, storage };
  }
  return { action: "none" };
}

function volumeFor(claim: Claim, storage: string): object {
  const { name, namespace, uid } = claim.metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `pvc-${uid}` },
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
