import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { trimMetadata } from "./trim-pod.ts";

/** A claim cut down to whose it is, what it asks for, and what became of it. */
export function trimClaim({
  apiVersion,
  kind,
  metadata,
  spec,
  status,
}: V1PersistentVolumeClaim): V1PersistentVolumeClaim {
  const { annotations, creationTimestamp } = metadata ?? {};
  return {
    apiVersion,
    kind,
    metadata: { ...trimMetadata(metadata), annotations, creationTimestamp },
    spec: {
      accessModes: spec?.accessModes,
      resources: { requests: spec?.resources?.requests },
      storageClassName: spec?.storageClassName,
    },
    status: {
      phase: status?.phase,
      capacity: status?.capacity,
      conditions: status?.conditions?.map(({ type, status: value, message }) => ({ type, status: value, message })),
      allocatedResourceStatuses: status?.allocatedResourceStatuses,
    },
  };
}
