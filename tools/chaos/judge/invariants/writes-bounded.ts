import { isOperator, isWrite } from "../facts.ts";
import { broken, held, type Invariant } from "../invariant.ts";

const windowMs = 60_000;
/** Of one object within a minute: while edits, rollouts and restarts come together, far more than was ever seen. */
const most = { spec: 20, status: 40 } as const;
const messages = new Set(["events", "leases"]);

/** No object is written again and again. */
export function writesBounded(): Invariant {
  const recent = new Map<string, number[]>();
  return {
    name: `at most ${most.spec} writes of an object, and ${most.status} of its status, within a minute`,
    judge: (fact) => {
      if (fact.fact !== "request" || !isOperator(fact.request) || !isWrite(fact.request)) return undefined;
      const { resource, subresource, namespace, name, receivedAt } = fact.request;
      if (messages.has(resource)) return undefined;
      const what = subresource === "status" ? "status" : "spec";
      const id = `${what} of ${resource} ${namespace}/${name}`;
      const times = [...(recent.get(id) ?? []), receivedAt].filter((at) => at > receivedAt - windowMs);
      recent.set(id, times);
      return times.length <= most[what] ? held : broken(`${id} is written ${times.length} times within a minute`);
    },
  };
}
