import type { MultigresClusterStatus } from "@multigres/api-types";
import { stringify } from "yaml";

/** As the spec prints it; what it doesn't print comes after. The API server answers in alphabetical order. */
const order = ["observedGeneration", "globalTopoServer", "conditions", "cells", "databases", "multiadmin", "multiorch"];
const conditionOrder = ["type", "status", "reason", "message"];

/** A status as YAML for a person who compares it with the spec. */
export function statusText(status: MultigresClusterStatus): string {
  const { conditions, ...rest } = status;
  const ordered = inOrder(
    conditions === undefined
      ? rest
      : { ...rest, conditions: conditions.map((condition) => inOrder(condition, conditionOrder)) },
    order,
  );
  return stringify(ordered, { lineWidth: 0 }).trimEnd();
}

function inOrder(object: object, keys: readonly string[]): object {
  const rank = (key: string) => (keys.includes(key) ? keys.indexOf(key) : keys.length);
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => rank(a) - rank(b)));
}
