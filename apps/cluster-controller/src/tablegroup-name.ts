import { apiVersion, type MultigresCluster, type TableGroup } from "@multigres/api-types";
import { carriesIdentityOf, controllerOf, kinds } from "@multigres/controller-kit";
import { defaultTableGroup, names, tableGroupLabels } from "@multigres/workload-kit";

/** Both names that the TableGroup of a database can have: the plain one first. */
export function tableGroupNames(cluster: string, database: string): readonly [plain: string, fallback: string] {
  return [
    names.tableGroup(database, defaultTableGroup),
    names.tableGroupFallback(cluster, database, defaultTableGroup),
  ];
}

/** Of one whose spec says nothing any more, the name tells: it is to be put right, not replaced by another one. */
function isTableGroupOf({ metadata, spec }: TableGroup, database: string, candidates: readonly string[]): boolean {
  return typeof spec?.database === "string"
    ? spec.database === database && spec.tableGroup === defaultTableGroup
    : candidates.includes(metadata.name);
}

/** Whether a TableGroup without any controller is what an orphaning deletion of this cluster left behind. */
function isLeftBehindBy(cluster: MultigresCluster, database: string, tableGroup: TableGroup): boolean {
  const { name } = cluster.metadata;
  const carriesIdentity = carriesIdentityOf(kinds.TableGroup, {
    metadata: { labels: tableGroupLabels(name, database, defaultTableGroup) },
    spec: { cluster: { name }, database, tableGroup: defaultTableGroup },
  });
  return controllerOf(tableGroup) === undefined && carriesIdentity(tableGroup);
}

/** Whether the garbage collector is about to take it: the cluster was deleted and made again under its name. */
function isOfPredecessor({ metadata }: MultigresCluster, tableGroup: TableGroup): boolean {
  const owner = controllerOf(tableGroup);
  return owner?.apiVersion === apiVersion && owner.kind === "MultigresCluster" && owner.name === metadata.name;
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
    .filter((tableGroup) => isTableGroupOf(tableGroup, database, candidates))
    .map((tableGroup) => tableGroup.metadata.name)
    .sort();
  if (own.includes(plain)) return plain;
  if (own[0] !== undefined) return own[0];
  const left = candidates.find((name) => {
    const tableGroup = named.get(name);
    return tableGroup !== undefined && isLeftBehindBy(cluster, database, tableGroup);
  });
  if (left !== undefined) return left;
  const holder = named.get(plain);
  return holder === undefined || isOfPredecessor(cluster, holder) ? plain : fallback;
}
