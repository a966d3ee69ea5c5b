import { type AdmissionPolicy, listed, specChanges } from "./policy.ts";

const folded = (name: string) => `${name}.lowerAscii().replace('_', '-')`;

/** Names of Kubernetes objects are lower-case and have no `_`: `a_b`, `a-b` and `A_b` would share theirs. */
export const databaseNames: AdmissionPolicy = {
  name: "database-names.multigres.com",
  description: "Refuses databases of one cluster whose names differ only in case, or in - and _.",
  resources: ["multigresclusters"],
  operations: ["CREATE", "UPDATE"],
  matchConditions: { "spec-changes": specChanges },
  variables: {
    names: "object.spec.?databases.orValue([]).map(d, d.name)",
    folded: `variables.names.map(n, ${folded("n")})`,
    alike: `variables.names.filter(n, variables.folded.filter(f, f == ${folded("n")}).size() > 1)`,
  },
  validations: [
    {
      expression: "variables.alike.size() == 0",
      messageExpression: `'spec.databases: ' + ${listed("variables.alike")} + ' would get the same names in Kubernetes, where case and _ do not count: rename one of them.'`,
    },
  ],
};
