import { isOperator, isWrite, labelNames } from "../facts.ts";
import { broken, held, type Invariant } from "../invariant.ts";

/** Objects that nobody but users and their tools may write have names that begin with it. */
export const bystanderPrefix = "bystander";

const usersOwn = new Set(["multigresclusters", "shardtemplates"]);
/** Made anew by whoever has something to tell. */
const messages = new Set(["events", "leases"]);

/** The operator writes what it made, and of what users write their status alone. */
export const foreignUntouched: Invariant = {
  name: "nothing of others is written",
  judge: (fact, world) => {
    if (fact.fact !== "request" || !isOperator(fact.request) || !isWrite(fact.request)) return undefined;
    const { user, verb, resource, subresource, namespace, name } = fact.request;
    if (messages.has(resource)) return undefined;
    const why = `${user}: ${verb} ${resource}${subresource === "" ? "" : `/${subresource}`} ${namespace}/${name}`;
    if (name.startsWith(bystanderPrefix)) return broken(why);
    if (usersOwn.has(resource))
      return resource === "multigresclusters" && subresource === "status" ? held : broken(why);
    const object = world.object(resource, namespace, name);
    if (object === undefined) return undefined;
    return object.labels[labelNames.managedBy] === "multigres-operator" ? held : broken(why);
  },
};
