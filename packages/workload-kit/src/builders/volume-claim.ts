import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { VolumeClaimTemplate } from "@multigres/api-types";
import { objectLabels } from "../labels.ts";
import { containerResources } from "./resources.ts";

/**
 * Template of a StatefulSet's PersistentVolumeClaims, which become `<name>-<pod>`. They carry identity labels and no
 * owner, so that they outlive everything and are found again.
 */
export function volumeClaim(
  name: string,
  identity: Record<string, string>,
  template: VolumeClaimTemplate,
): V1PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, labels: objectLabels(identity) },
    spec: {
      accessModes: template.accessModes ?? ["ReadWriteOnce"],
      resources: containerResources(template.resources),
      ...(template.storageClassName === undefined ? {} : { storageClassName: template.storageClassName }),
      ...(template.volumeAttributesClassName === undefined
        ? {}
        : { volumeAttributesClassName: template.volumeAttributesClassName }),
    },
  };
}
