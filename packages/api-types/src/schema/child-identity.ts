import type { ValidationRule } from "./markers.ts";

/**
 * Fields of a child's spec that say which part of which cluster it is. What its controller makes is named after them, so
 * they never change. `cluster.uid` isn't among them: a cluster that is made again takes its children over.
 */
export const identityFields = {
  TopoServer: ["cluster.name", "cell"],
  Cell: ["cluster.name", "name"],
  TableGroup: ["cluster.name", "database", "tableGroup"],
  Shard: ["cluster.name", "database", "tableGroup", "shard"],
} as const;

const optional: ReadonlySet<string> = new Set(["cell"]);

/** For the spec of a child kind: refuses an edit that would make it another child. */
export function immutableIdentity(kind: keyof typeof identityFields): ValidationRule {
  const fields: readonly string[] = identityFields[kind];
  return {
    rule: fields.map(unchanged).join(" && "),
    message: `${fields.join(", ")} can't change: they say which ${kind} this is, and what runs is named after them. Set them back.`,
  };
}

function unchanged(field: string): string {
  const same = `self.${field} == oldSelf.${field}`;
  if (!optional.has(field)) return same;
  return `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || ${same})`;
}
