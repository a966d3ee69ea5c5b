import { type AdmissionPolicy, listed, specChanges } from "./policy.ts";

const pools = "(d.spec.?pools.orValue([]) + d.spec.?overrides.orValue([]))";

/** `production_db (us-east-1c), ...`: databases with a pool or override in a cell for which `condition` holds. */
function databasesWithCells(condition: string): string {
  return `variables.databases
  .filter(d, ${pools}.exists(p, ${condition}))
  .map(d, d.name + ' (' + ${pools}.filter(p, ${condition}).map(p, p.cell).join(', ') + ')')`;
}

/** Pools that come from a ShardTemplate can't be seen here: the cluster's status tells about those. */
export const poolCells: AdmissionPolicy = {
  name: "pool-cells.multigres.com",
  description:
    "Refuses pools and overrides in cells that the cluster doesn't define, and removing a cell that has some.",
  resources: ["multigresclusters"],
  operations: ["CREATE", "UPDATE"],
  matchConditions: { "spec-changes": specChanges },
  variables: {
    databases: "object.spec.?databases.orValue([])",
    cells: "object.spec.cells.map(c, c.name)",
    removed: "oldObject == null ? [] : oldObject.spec.cells.map(c, c.name).filter(c, !(c in variables.cells))",
    inRemoved: databasesWithCells("p.cell in variables.removed"),
    inUndefined: databasesWithCells("!(p.cell in variables.cells) && !(p.cell in variables.removed)"),
  },
  validations: [
    {
      expression: "variables.inRemoved.size() == 0",
      messageExpression: `'spec.cells: a cell cannot be removed while databases have pools or overrides there: ' + ${listed("variables.inRemoved")} + '. Remove those or move them to another cell first.'`,
    },
    {
      expression: "variables.inUndefined.size() == 0",
      messageExpression: `'spec.databases: pools or overrides name cells that spec.cells does not define: ' + ${listed("variables.inUndefined")} + '. Add the cell to spec.cells or name one of: ' + ${listed("variables.cells")} + '.'`,
    },
  ],
};
