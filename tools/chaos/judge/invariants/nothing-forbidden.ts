import { isOperator } from "../facts.ts";
import { broken, held, type Invariant } from "../invariant.ts";

/** The rights in deploy/ are enough. */
export const nothingForbidden: Invariant = {
  name: "no request of the operator is forbidden",
  judge: (fact) => {
    if (fact.fact !== "request" || !isOperator(fact.request)) return undefined;
    const { user, verb, resource, namespace, name, code } = fact.request;
    return code === 403 ? broken(`${user}: ${verb} ${resource} ${namespace}/${name}`) : held;
  },
};
