import { apiVersion } from "@multigres/api-types";
import { controllerOf, type Key, type KubernetesObject, kinds, type Watch, watch } from "@multigres/controller-kit";

/** Shards are ours alone, so the cache needs no selector, and a stranger that holds a wanted name is seen. */
export const watches: readonly Watch[] = [watch({ kind: kinds.Shard, wakes: tableGroupKeys })];

/** The TableGroup that controls a Shard, and the one that wants its name: it may be waiting for it to become free. */
function tableGroupKeys(shard: KubernetesObject): Key[] {
  const { namespace = "", name = "" } = shard.metadata ?? {};
  const owner = controllerOf(shard);
  const isTableGroup = owner?.kind === kinds.TableGroup.kind && owner.apiVersion === apiVersion;
  const byName = /^(?<tableGroup>.+)-\d+$/.exec(name)?.groups?.tableGroup;
  const found = [isTableGroup ? owner.name : undefined, byName].filter((tableGroup) => tableGroup !== undefined);
  return [...new Set(found)].map((tableGroup): Key => `${namespace}/${tableGroup}`);
}
