import { controllerKeys, type Key, type KubernetesObject, kinds, type Watch, watch } from "@multigres/controller-kit";

/** Shards are ours alone, so the cache needs no selector, and a stranger that holds a wanted name is seen. */
export const watches: readonly Watch[] = [watch({ kind: kinds.Shard, wakes: tableGroupKeys })];

/** The TableGroup that controls a Shard, and the one that wants its name: it may be waiting for it to become free. */
function tableGroupKeys(shard: KubernetesObject): Key[] {
  const { namespace = "", name = "" } = shard.metadata ?? {};
  const byName = /^(?<tableGroup>.+)-\d+$/.exec(name)?.groups?.tableGroup;
  const namesake: Key[] = byName === undefined ? [] : [`${namespace}/${byName}`];
  return [...new Set([...controllerKeys(shard, kinds.TableGroup), ...namesake])];
}
