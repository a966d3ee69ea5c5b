import { type AdmissionPolicy, listed, specChanges } from "./policy.ts";
import { couldNotGrow, hasStorage, storage, storageText } from "./storage.ts";

/** Pools of a database that take their size from the template: no override says otherwise, and no growth failed. */
const keptByDatabase = `d.spec.?overrides.orValue([]).exists(o, o.type == p.type && o.cell == p.cell && ${hasStorage("o")})
    || ${couldNotGrow("variables.failures", "('databases/' + d.name + '/' + p.type + '/' + p.cell)", storage("p"))}`;

/** The same as storage-growth, for sizes that come from a template: looked at once per cluster of the namespace. */
export const templateStorage: AdmissionPolicy = {
  name: "template-storage.multigres.com",
  description: "Refuses to shrink the storage of a ShardTemplate's pools while a cluster refers to it.",
  resources: ["shardtemplates"],
  operations: ["UPDATE"],
  paramKind: "MultigresCluster",
  matchConditions: { "spec-changes": specChanges },
  variables: {
    failures: "params.?status.?storageGrowthFailures.orValue({})",
    users: "params.spec.?databases.orValue([]).filter(d, d.spec.?shardTemplateRef.orValue('') == object.metadata.name)",
    shrunk: `object.spec.pools.filter(p, oldObject.spec.pools.exists(q,
  q.type == p.type && q.cell == p.cell && ${storage("p")}.isLessThan(${storage("q")})))`,
    culprits: `variables.shrunk.filter(p, variables.users.exists(d, !(${keptByDatabase})))`,
  },
  validations: [
    {
      expression: "variables.culprits.size() == 0",
      messageExpression: `'spec.pools: storage can grow but not shrink, because volumes cannot: '
  + variables.culprits.map(p, p.type + '/' + p.cell + ' (now ' + ${storageText("p")} + ')').join(', ')
  + ' is used by MultigresCluster ' + params.metadata.name + ', database ' + ${listed("variables.users.map(d, d.name)")}
  + '. Set it to at least what it was.'`,
    },
  ],
};
