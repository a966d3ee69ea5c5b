import type { MultigresCluster, TableGroup } from "@multigres/api-types";
import { controllerOf } from "@multigres/controller-kit";
import { carriesIdentityOf, defaultTableGroup, names, tableGroupLabels } from "@multigres/workload-kit";

/** Both names that the TableGroup of a database can have: the plain one first. */
export function tableGroupNames(cluster: string, database: string): readonly [plain: string, fallback: string] {
  return [
    names.tableGroup(database, defaultTableGroup),
    names.tableGroupFallback(cluster, database, defaultTableGroup),
  ];
}

export function isTableGroupOf(tableGroup: TableGroup, database: string): boolean {
  return tableGroup.spec?.database === database && tableGroup.spec.tableGroup === defaultTableGroup;
}

/** Whether a TableGroup without any controller is what an orphaning deletion of this cluster left behind. */
export function isLeftBehindBy(cluster: MultigresCluster, database: string, tableGroup: TableGroup): boolean {
  const { name } = cluster.metadata;
  const carriesIdentity = carriesIdentityOf({
    metadata: { labels: tableGroupLabels(name, database, defaultTableGroup) },
  });
  return (
    controllerOf(tableGroup) === undefined &&
    carriesIdentity({ metadata: tableGroup.metadata }) &&
    tableGroup.spec?.cluster?.name === name &&
    isTableGroupOf(tableGroup, database)
  );
}

/**
 * The name of a database's TableGroup, chosen once and kept: the one that the cluster controls already, else one that it
 * left behind, else the plain name if it is free, else the fallback. Free is what the cache says; the POST decides a race.
 */
export function tableGroupName(
  cluster: MultigresCluster,
  database: string,
  controlled: readonly TableGroup[],
  named: ReadonlyMap<string, TableGroup>,
): string {
  const candidates = tableGroupNames(cluster.metadata.name, database);
  const [plain, fallback] = candidates;
  const own = controlled
    .filter((tableGroup) => isTableGroupOf(tableGroup, database))
    .map((tableGroup) => tableGroup.metadata.name)
    .sort();
  if (own.includes(plain)) return plain;
  if (own[0] !== undefined) return own[0];
  const left = candidates.find((name) => {
    const tableGroup = named.get(name);
    return tableGroup !== undefined && isLeftBehindBy(cluster, database, tableGroup);
  });
  return left ?? (named.has(plain) ? fallback : plain);
}
