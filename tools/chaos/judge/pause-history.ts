import { labelNames, type SeenObject } from "./facts.ts";

interface Version {
  readonly at: number;
  readonly isPaused: boolean;
  readonly generation: number;
}

interface CustomResource {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly versions: Version[];
}

/** Which custom resources have been paused since when, and when their specs changed. */
export class PauseHistory {
  readonly #all = new Map<string, CustomResource>();

  see({ kind, namespace, name, labels, customResource }: SeenObject, at: number): void {
    if (customResource === undefined) return;
    const id = `${kind} ${namespace}/${name}`;
    const resource = this.#all.get(id) ?? { kind, namespace, name, labels, versions: [] };
    this.#all.set(id, resource);
    const last = resource.versions.at(-1);
    const { isPaused, generation } = customResource;
    // Most of what is seen of them is their status.
    if (last?.isPaused !== isPaused || last.generation !== generation) {
      resource.versions.push({ at, isPaused, generation });
    }
  }

  /** Since when the object that a controller works for, when it writes one with these labels, had been paused at a time. */
  pausedSince(
    controller: string,
    namespace: string,
    labels: Readonly<Record<string, string>>,
    time: number,
  ): number | undefined {
    const resource = [...this.#all.values()].find(
      (each) => each.namespace === namespace && isWorkedForBy(controller, each, labels),
    );
    const versions = (resource?.versions ?? []).filter(({ at }) => at <= time);
    return versions[versions.findLastIndex(({ isPaused }) => !isPaused) + 1]?.at;
  }

  /** Whether an object is a custom resource whose spec stayed as it was in a span. */
  keptSpec(kind: string, namespace: string, name: string, from: number, to: number): boolean {
    const { versions } = this.#all.get(`${kind} ${namespace}/${name}`) ?? {};
    if (versions === undefined) return false;
    const before = versions.findLast(({ at }) => at <= from)?.generation;
    return versions.every(({ at, generation }) => at <= from || at > to || generation === before);
  }
}

function isWorkedForBy(
  controller: string,
  { kind, name, labels }: CustomResource,
  of: Readonly<Record<string, string>>,
): boolean {
  const has = (label: string) => labels[label] === of[label];
  const isOfCluster = has(labelNames.cluster);
  switch (controller) {
    case "cluster-controller":
      return kind === "MultigresCluster" && name === of[labelNames.cluster];
    case "cell-controller":
      return kind === "Cell" && isOfCluster && has(labelNames.cell);
    case "topo-controller":
      return kind === "TopoServer" && isOfCluster && has(labelNames.cell);
    case "tablegroup-controller":
      return kind === "TableGroup" && isOfCluster && has(labelNames.database);
    case "shard-controller":
      return kind === "Shard" && isOfCluster && has(labelNames.database);
    default:
      return false;
  }
}
