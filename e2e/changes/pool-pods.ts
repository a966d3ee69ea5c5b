import { labels } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { expect } from "vitest";
import type { TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { History } from "../support/history.ts";

type V1Pod = NonNullable<(typeof kinds.Pod)["__object"]>;

/** Pods of a component by name, as they are now. */
export async function podsOf(
  { api }: Pick<TestCluster, "api">,
  namespace: string,
  component: string,
): Promise<ReadonlyMap<string, V1Pod>> {
  const { items } = await api.list(kinds.Pod, { namespace, labelSelector: `${labels.component}=${component}` });
  return new Map(items.map((pod) => [pod.metadata?.name ?? "", pod]));
}

/** UIDs of pods by name. */
export function uidsOf(pods: ReadonlyMap<string, V1Pod>): Record<string, string | undefined> {
  return Object.fromEntries([...pods].map(([name, pod]) => [name, pod.metadata?.uid]));
}

export function isReady({ metadata, status }: V1Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
  return ready && metadata?.deletionTimestamp === undefined;
}

export interface Disruptions {
  /** Most pods of one shard that weren't ready at the same time. */
  readonly atOnce: number;
  /** Names of the pods that stopped being ready, in that order. */
  readonly order: readonly string[];
}

/** What happened to the pool pods of a database that were ready at first. */
export function disruptionsOf(
  before: ReadonlyMap<string, V1Pod>,
  { versions }: History<V1Pod>,
  database: string,
): Disruptions {
  const mine = ({ metadata }: V1Pod) => metadata?.labels?.[labels.database] === database;
  const ready = new Map([...before].filter(([, pod]) => mine(pod)).map(([name, pod]) => [name, isReady(pod)]));
  const order: string[] = [];
  let atOnce = 0;
  for (const pod of versions.filter(mine)) {
    const name = pod.metadata?.name ?? "";
    if (!ready.has(name)) continue;
    if (ready.get(name) && !isReady(pod)) order.push(name);
    ready.set(name, isReady(pod));
    atOnce = Math.max(atOnce, [...ready.values()].filter((is) => !is).length);
  }
  return { atOnce, order };
}

/** As `disruptionsOf`, once `count` pods have stopped being ready: the watch may be behind what else was asked for. */
export function allDisruptionsOf(
  before: ReadonlyMap<string, V1Pod>,
  history: History<V1Pod>,
  database: string,
  count: number,
): Promise<Disruptions> {
  return eventually(() => {
    const found = disruptionsOf(before, history, database);
    expect(found.order, database).toHaveLength(count);
    return found;
  });
}
