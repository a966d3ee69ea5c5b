import { isDeletion } from "../facts.ts";
import { broken, held, type Invariant } from "../invariant.ts";

/** Every volume is retained by its policy, whatever is removed, and nobody of those who act deletes one. */
export const volumesStay: Invariant = {
  name: "no PVC is deleted",
  judge: (fact) => {
    if (fact.fact === "object" && fact.object.kind === "PersistentVolumeClaim") {
      const { namespace, name, isDeleting } = fact.object;
      return isDeleting || fact.change === "gone" ? broken(`PVC ${namespace}/${name} is going or gone`) : held;
    }
    if (fact.fact !== "request") return undefined;
    const { request } = fact;
    if (request.resource !== "persistentvolumeclaims" || !isDeletion(request)) return undefined;
    return broken(`${request.user} deletes PVC ${request.namespace}/${request.name}`);
  },
};
