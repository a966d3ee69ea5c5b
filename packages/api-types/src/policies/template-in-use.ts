import { type AdmissionPolicy, listed } from "./policy.ts";

/** Looked at once per cluster of the namespace, so the template needs no label that says who uses it. */
export const templateInUse: AdmissionPolicy = {
  name: "template-in-use.multigres.com",
  description: "Refuses to delete a ShardTemplate while a cluster of its namespace refers to it.",
  resources: ["shardtemplates"],
  operations: ["DELETE"],
  paramKind: "MultigresCluster",
  variables: {
    users: `has(params.metadata.deletionTimestamp) ? [] : params.spec.?databases.orValue([])
  .filter(d, d.spec.?shardTemplateRef.orValue('') == oldObject.metadata.name)
  .map(d, d.name)`,
  },
  validations: [
    {
      expression:
        "namespaceObject.?metadata.?deletionTimestamp.hasValue() || namespaceObject.?status.?phase.orValue('') == 'Terminating' || variables.users.size() == 0",
      messageExpression: `'ShardTemplate ' + oldObject.metadata.name + ' is used by MultigresCluster ' + params.metadata.name + ', database ' + ${listed("variables.users")} + ': change shardTemplateRef there first.'`,
    },
  ],
};
