import { isOperator, isWrite, labelNames } from "../facts.ts";
import { broken, held, type Invariant } from "../invariant.ts";
import { watchDelayMs } from "../removal.ts";

/** How long a pause may take to reach the last controller. */
const settleMs = 15_000;

/** Nothing but statuses of a paused cluster is written. */
export const pausedStays: Invariant = {
  name: "a paused cluster isn't changed",
  judge: (fact, world) => {
    if (fact.fact !== "request" || !isOperator(fact.request) || !isWrite(fact.request)) return undefined;
    const { user, verb, resource, subresource, namespace, name, receivedAt } = fact.request;
    const cluster = world.object(resource, namespace, name)?.labels[labelNames.cluster];
    if (cluster === undefined || subresource === "status") return undefined;
    const since = world.specs.pausedSince(namespace, cluster, receivedAt);
    if (since === undefined) return held;
    if (world.lastCalm(receivedAt, watchDelayMs) - since < settleMs) return undefined;
    return broken(
      `${user}: ${verb} ${resource} ${namespace}/${name}, paused for ${Math.round((receivedAt - since) / 1000)} s`,
    );
  },
};
