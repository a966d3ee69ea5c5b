import { type AdmissionPolicy, listed, specChanges } from "./policy.ts";
import { couldNotGrow, hasStorage, storage, storageText } from "./storage.ts";

interface Volume {
  /** CEL: the old and new object that has the claim template. */
  readonly before: string;
  readonly after: string;
  /** CEL: where the size is set, the key in status.storageGrowthFailures. */
  readonly path: string;
  readonly claim?: string;
}

function shrinks({ before, after, path, claim }: Volume): string {
  const wanted = storage(after, claim);
  return `${wanted}.isLessThan(${storage(before, claim)}) && !${couldNotGrow("variables.failures", path, wanted)}`;
}

function culprit({ before, path, claim }: Volume): string {
  return `${path} + ' (was ' + ${storageText(before, claim)} + ')'`;
}

const globalTopoServer: Volume = {
  before: "oldObject.spec.?globalTopoServer.?managedSpec",
  after: "object.spec.?globalTopoServer.?managedSpec",
  path: "'globalTopoServer'",
};

const cellTopoServer: Volume = {
  before: "b.spec.topoServer.managedSpec",
  after: "c.spec.topoServer.managedSpec",
  path: "'cells/' + c.name + '/topoServer'",
};

const repository: Volume = {
  before: "oldObject.spec.?backupRepository",
  after: "object.spec.?backupRepository",
  path: "'backupRepository'",
  claim: "volumeClaimTemplate",
};

const pool: Volume = {
  before: "q",
  after: "p",
  path: "('databases/' + d.name + '/' + p.type + '/' + p.cell)",
};

/** Pools whose size can be seen here; an override without one takes its template's. */
function sized(database: string): string {
  return `(${database}.spec.?pools.orValue([]) + ${database}.spec.?overrides.orValue([]).filter(s, ${hasStorage("s")}))`;
}

/**
 * An unset size counts as its default. Going back to the size that volumes really have is allowed while status says
 * that they couldn't grow. Databases that didn't change are skipped first, which keeps big clusters within CEL's limits.
 */
export const storageGrowth: AdmissionPolicy = {
  name: "storage-growth.multigres.com",
  description: "Refuses to shrink the storage of a cluster's volumes.",
  resources: ["multigresclusters"],
  operations: ["UPDATE"],
  matchConditions: { "spec-changes": specChanges },
  variables: {
    failures: "oldObject.?status.?storageGrowthFailures.orValue({})",
    globalTopoServer: `!object.spec.?globalTopoServer.?external.hasValue() && !oldObject.spec.?globalTopoServer.?external.hasValue()
  && ${shrinks(globalTopoServer)} ? [${culprit(globalTopoServer)}] : []`,
    repository: `!object.spec.?backupRepository.?s3.hasValue() && !oldObject.spec.?backupRepository.?s3.hasValue()
  && ${shrinks(repository)} ? [${culprit(repository)}] : []`,
    cells: `object.spec.cells
  .filter(c, c.?spec.?topoServer.?managedSpec.hasValue())
  .map(c, oldObject.spec.cells
    .filter(b, b.name == c.name && b.?spec.?topoServer.?managedSpec.hasValue() && ${shrinks(cellTopoServer)})
    .map(b, ${culprit(cellTopoServer)}).join(', '))
  .filter(text, text != '')`,
    oldDatabases: "oldObject.spec.?databases.orValue([])",
    pools: `object.spec.?databases.orValue([])
  .filter(d, !(d in variables.oldDatabases))
  .map(d, variables.oldDatabases.filter(o, o.name == d.name)
    .map(o, ${sized("d")}
      .map(p, ${sized("o")}
        .filter(q, q.type == p.type && q.cell == p.cell && ${shrinks(pool)})
        .map(q, ${culprit(pool)}).join(', '))
      .filter(text, text != '').join(', '))
    .join(', '))
  .filter(text, text != '')`,
    culprits: "variables.globalTopoServer + variables.repository + variables.cells + variables.pools",
  },
  validations: [
    {
      expression: "variables.culprits.size() == 0",
      messageExpression: `'storage can grow but not shrink, because volumes cannot: ' + ${listed("variables.culprits")} + '. Set it to at least what it was.'`,
    },
  ],
};
