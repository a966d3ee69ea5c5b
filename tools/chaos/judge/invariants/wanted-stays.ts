import { poolKey, type Wanted } from "../../expectation/wanted.ts";
import { garbageCollector, isDeletion, isOperator, labelNames, resourceOf, type SeenObject } from "../facts.ts";
import { broken, held, type Invariant } from "../invariant.ts";
import { watchDelayMs } from "../removal.ts";

/** How long after an edit what it made unwanted may still be deleted, though it is wanted again. */
const memoryMs = 60_000;
/** How long a StatefulSet may be away that is replaced by one with larger volumes. */
const replacementMs = 10_000;

/** A pool's name ends in eight hex digits, those of its pods and their Services in an ordinal besides. */
const perPod = /-[0-9a-f]{8}-(\d+)$/;

/** Nothing goes that its cluster's spec asks for, neither by the operator nor by the garbage collector in its wake. */
export const wantedStays: Invariant = {
  name: "nothing is deleted that the spec wants",
  judge: (fact, world) => {
    if (fact.fact !== "request" || !isDeletion(fact.request)) return undefined;
    const { request } = fact;
    const isOfCollector = request.user === garbageCollector;
    if (!isOperator(request) && !isOfCollector) return undefined;
    const { resource, namespace, name, receivedAt } = request;
    const object = world.object(resource, namespace, name);
    const cluster = object?.labels[labelNames.cluster];
    // Pods are judged by other invariants, unless they go with their owner.
    if (object === undefined || cluster === undefined || (resource === "pods" && !isOfCollector)) return undefined;
    if (resource === "pods" && object.labels[labelNames.component] !== "shard-pool") return undefined;
    const specs = world.specs.during(namespace, cluster, receivedAt - memoryMs, receivedAt + watchDelayMs);
    if (specs.length === 0 || !specs.every((wanted) => isWanted(object, wanted))) return held;
    if (resource === "statefulsets" && isOperator(request)) {
      if (object.createdAt >= Math.floor(receivedAt / 1000) * 1000) return held;
      if (world.wasDisturbed(receivedAt, receivedAt + replacementMs)) return undefined;
    }
    return broken(`${request.user} deletes ${object.kind} ${namespace}/${name}, which is wanted`);
  },
};

/** Whether a spec asks for an object of the operator, by the object's labels. */
export function isWanted(
  { kind, name, labels }: Pick<SeenObject, "kind" | "name" | "labels">,
  wanted: Wanted,
): boolean {
  const cell = labels[labelNames.cell] ?? "";
  const isBudget = resourceOf(kind) === "poddisruptionbudgets";
  switch (labels[labelNames.component] ?? "") {
    case "multiadmin":
      return !isBudget || wanted.multiadmin.replicas > 1;
    case "multiorch":
      return wanted.databases.size > 0 && (!isBudget || wanted.multiorch.replicas > 1);
    case "cell":
      return wanted.cells.has(cell);
    case "multigateway":
      return (wanted.cells.get(cell)?.gateways.replicas ?? 0) > (isBudget ? 1 : 0);
    case "toposerver":
      return cell === "" || wanted.cells.get(cell)?.etcd !== undefined;
    case "tablegroup":
    case "shard":
      return wanted.databases.has(labels[labelNames.database] ?? "");
    case "shard-pool": {
      const pools = wanted.databases.get(labels[labelNames.database] ?? "");
      const type = labels[labelNames.poolType];
      if (type === undefined) return pools !== undefined;
      const replicas = pools?.get(poolKey({ type, cell }))?.replicas;
      if (replicas === undefined) return false;
      const ordinal = perPod.exec(name)?.[1];
      return ordinal === undefined || Number(ordinal) < replicas;
    }
    default:
      return false;
  }
}
