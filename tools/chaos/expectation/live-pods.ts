import { hasLabels, type LiveObject, nameOf } from "./live.ts";

/** Pods that are alike, and as which they are wanted. */
export interface LivePods {
  readonly what: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly containers: readonly { readonly image: string; readonly cpu?: string }[];
  /** Of each one's data volume. */
  readonly gibibytes?: number;
}

/** How the pods that there are differ. */
export function podsOf(live: readonly LiveObject[], expected: readonly LivePods[]): readonly string[] {
  return expected.flatMap((wanted) => {
    const pods = live.filter((object) => object.kind === "Pod" && hasLabels(object, wanted.labels));
    return [
      ...(pods.length === wanted.replicas ? [] : [`${pods.length} of ${wanted.replicas} pods of ${wanted.what}`]),
      ...pods.flatMap((pod) => [...ofPod(pod, wanted), ...ofVolume(pod, wanted, live)]),
    ];
  });
}

function ofPod(pod: LiveObject, { containers }: LivePods): readonly string[] {
  const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return [
    ...(isReady ? [] : [`${nameOf(pod)} isn't ready`]),
    ...containers.flatMap(({ image, cpu }) => {
      const found = all.find((container) => container.image === image);
      if (found === undefined) return [`${nameOf(pod)} doesn't run ${image}`];
      const asked = found.resources?.requests?.["cpu"];
      return cpu === undefined || asked === cpu ? [] : [`${nameOf(pod)} asks for ${asked} of CPU, not ${cpu}`];
    }),
  ];
}

function ofVolume(pod: LiveObject, { gibibytes }: LivePods, live: readonly LiveObject[]): readonly string[] {
  if (gibibytes === undefined) return [];
  const claimName = pod.spec?.volumes?.find(({ name }) => name === "data")?.persistentVolumeClaim?.claimName;
  const claim = live.find(({ kind, metadata }) => kind === "PersistentVolumeClaim" && metadata.name === claimName);
  if (claim === undefined) return [`${nameOf(pod)} has no data volume`];
  const size = `${gibibytes}Gi`;
  const asked = claim.spec?.resources?.requests?.["storage"];
  const got = claim.status?.capacity?.["storage"];
  return asked === size && got === size ? [] : [`PVC ${claimName} asks for ${asked} and has ${got}, not ${size}`];
}
