import type { AdmissionPolicy } from "./policy.ts";

/**
 * Not in the default install: without it an edit of a child is accepted and reverted, as the API specifies. Who may
 * write: ServiceAccounts of the operator's namespace, and kube-controller-manager (garbage collection, namespaces).
 */
export const readOnlyChildren: AdmissionPolicy = {
  name: "read-only-children.multigres.com",
  description: "Refuses to create, change or delete a Cell, TableGroup, Shard or TopoServer by hand.",
  resources: ["cells", "tablegroups", "shards", "toposervers"],
  operations: ["CREATE", "UPDATE", "DELETE"],
  matchConditions: {
    "by-hand": `request.userInfo.username != 'system:kube-controller-manager'
  && !request.userInfo.groups.exists(g, g in ['system:serviceaccounts:multigres-system', 'system:serviceaccounts:kube-system'])`,
    "not-metadata-only": "request.operation != 'UPDATE' || object.spec != oldObject.spec",
  },
  variables: { child: "request.operation == 'DELETE' ? oldObject : object" },
  validations: [
    {
      expression: "false",
      messageExpression:
        "variables.child.kind + ' ' + variables.child.metadata.name + ' is made by the operator: edit MultigresCluster ' + variables.child.spec.cluster.name + ' instead.'",
    },
  ],
};
