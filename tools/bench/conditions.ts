import type { LiveObject } from "./bare-client.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
}

function has(object: LiveObject, type: string, status: string): boolean {
  const { conditions } = (object["status"] ?? {}) as { conditions?: readonly Condition[] };
  return conditions?.some((condition) => condition.type === type && condition.status === status) ?? false;
}

function observedNow(object: LiveObject): boolean {
  const { observedGeneration } = (object["status"] ?? {}) as { observedGeneration?: number };
  return observedGeneration === object.metadata.generation;
}

/** A custom resource that is available at its present generation. */
export function isAvailable(object: LiveObject): boolean {
  return observedNow(object) && has(object, "Available", "True");
}

/** Available, and nothing is under way any more. */
export function isSettled(object: LiveObject): boolean {
  return isAvailable(object) && has(object, "Progressing", "False");
}

export function isReadyPod(pod: LiveObject): boolean {
  return has(pod, "Ready", "True");
}

interface Workload {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { observedGeneration?: number; readyReplicas?: number; updatedReplicas?: number };
}

export function wants(object: LiveObject, replicas: number): boolean {
  return (object as Workload).spec?.replicas === replicas;
}

/** A Deployment or StatefulSet that wants so many replicas and has them, new and ready. */
export function runs(object: LiveObject, replicas: number): boolean {
  const { status = {} } = object as Workload;
  return (
    wants(object, replicas) &&
    observedNow(object) &&
    status.readyReplicas === replicas &&
    status.updatedReplicas === replicas
  );
}
