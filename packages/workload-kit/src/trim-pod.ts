import type { V1ContainerState, V1ContainerStatus, V1ObjectMeta, V1Pod } from "@kubernetes/client-node";

/**
 * A pod cut down to what a controller reads: whose it is, where it runs, and how it is. Most of a cache's memory is
 * pods, and most of a pod's changes (restart counts, probe times) say nothing new.
 */
export function trimPod(pod: V1Pod): V1Pod {
  const { status } = pod;
  return {
    apiVersion: pod.apiVersion,
    kind: pod.kind,
    metadata: trimMetadata(pod.metadata),
    ...(pod.spec?.nodeName === undefined ? {} : { spec: { nodeName: pod.spec.nodeName, containers: [] } }),
    status: {
      phase: status?.phase,
      reason: status?.reason,
      message: status?.message,
      conditions: status?.conditions?.map(({ type, status: value, reason, message, lastTransitionTime }) => ({
        type,
        status: value,
        reason,
        message,
        lastTransitionTime,
      })),
      containerStatuses: status?.containerStatuses?.map(trimContainer),
      initContainerStatuses: status?.initContainerStatuses?.map(trimContainer),
    },
  };
}

/** Metadata of an object of which nothing is written: what it is called, whose it is, and whether it is leaving. */
export function trimMetadata(metadata: V1ObjectMeta = {}): V1ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels, ownerReferences, deletionTimestamp } = metadata;
  return { name, namespace, uid, resourceVersion, labels, ownerReferences, deletionTimestamp };
}

function trimContainer({ name, ready, state, lastState }: V1ContainerStatus): V1ContainerStatus {
  return {
    name,
    ready,
    image: "",
    imageID: "",
    restartCount: 0,
    state: {
      ...(state?.running ? { running: {} } : {}),
      ...(state?.waiting ? { waiting: { reason: state.waiting.reason, message: state.waiting.message } } : {}),
      ...trimTerminated(state),
    },
    ...(lastState?.terminated ? { lastState: trimTerminated(lastState) } : {}),
  };
}

function trimTerminated(state: V1ContainerState | undefined): Pick<V1ContainerState, "terminated"> {
  if (!state?.terminated) return {};
  const { reason, exitCode, message } = state.terminated;
  return { terminated: { reason, exitCode, message } };
}
