import { controllerOf, isDeletion, isOperator, isWrite, labelNames } from "../facts.ts";
import { broken, held, type Invariant } from "../invariant.ts";
import { watchDelayMs } from "../removal.ts";

/** How long a controller may go on that works for an object which is paused now. */
const settleMs = 15_000;
/** How long a pause may take from the cluster to the last of its children: two controllers hand it down, and both may be away. */
const handDownMs = 90_000;

/** Nothing but statuses of a paused cluster is written, and its children are told of the pause. */
export const pausedStays: Invariant = {
  name: "a paused cluster isn't changed",
  judge: (fact, world) => {
    if (fact.fact !== "request" || !isOperator(fact.request) || !isWrite(fact.request)) return undefined;
    const { request } = fact;
    const { user, verb, resource, subresource, namespace, name, receivedAt } = request;
    const object = world.object(resource, namespace, name);
    const cluster = object?.labels[labelNames.cluster];
    if (object === undefined || cluster === undefined || subresource === "status") return undefined;
    const since = world.specs.pausedSince(namespace, cluster, receivedAt);
    if (since === undefined) return held;
    const toldSince = world.pauses.pausedSince(controllerOf(request), namespace, object.labels, receivedAt);
    const from = Math.min(since + handDownMs, (toldSince ?? Number.POSITIVE_INFINITY) + settleMs);
    if (world.lastCalm(receivedAt, watchDelayMs) < from) return undefined;
    const isPauseItself = world.pauses.keptSpec(object.kind, namespace, name, receivedAt, receivedAt + watchDelayMs);
    if (isPauseItself && !isDeletion(request)) return held;
    return broken(
      `${user}: ${verb} ${resource} ${namespace}/${name}, paused for ${Math.round((receivedAt - since) / 1000)} s`,
    );
  },
};
