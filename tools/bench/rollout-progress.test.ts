import { describe, expect, test } from "vitest";
import type { WatchEvent } from "./bare-client.ts";
import { RolloutProgress } from "./rollout-progress.ts";

interface State {
  readonly type?: string;
  readonly cluster?: string;
  readonly ready?: boolean;
  readonly deleting?: boolean;
}

function event(name: string, uid: string, { type = "MODIFIED", cluster = "c", ready = true, deleting }: State = {}) {
  const metadata = {
    name,
    uid,
    labels: { "multigres.com/cluster": cluster, "multigres.com/database": "db" },
    ...(deleting && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
  };
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  return { type, object: { metadata, status: { conditions } } } satisfies WatchEvent;
}

/** A rollout that begins with pods `a` and `b` of one shard, and `x` of another cluster's. */
function begun(...events: readonly WatchEvent[]): RolloutProgress {
  const progress = new RolloutProgress();
  for (const name of ["a", "b"]) progress.see(event(name, "1", { type: "ADDED" }));
  progress.see(event("x", "1", { type: "ADDED", cluster: "other" }));
  progress.begin();
  for (const each of events) progress.see(each);
  return progress;
}

const replacement = (name: string, cluster?: string) => [
  event(name, "1", { cluster, deleting: true }),
  event(name, "1", { cluster, type: "DELETED" }),
  event(name, "2", { cluster, type: "ADDED", ready: false }),
  event(name, "2", { cluster }),
];

describe("a rollout", () => {
  test("is done when every pod has a successor that is ready", () => {
    const events = [...replacement("a"), ...replacement("b"), ...replacement("x", "other")];
    expect(begun(...events.slice(0, -1)).isDone).toBe(false);
    expect(begun(...events).isDone).toBe(true);
  });

  test("isn't done before it began, nor when nothing happened", () => {
    expect(new RolloutProgress().isDone).toBe(false);
    expect(begun().isDone).toBe(false);
  });

  test("one pod after the other has one of its shard down, and one cluster at work", () => {
    const progress = begun(...replacement("a"), ...replacement("b"), ...replacement("x", "other"));
    expect(progress).toMatchObject({ pods: 3, replaced: 3, mostDownInShard: 1, mostClustersAtOnce: 1 });
  });

  test("pods of one shard that are down together are counted, whoever took them", () => {
    const progress = begun(event("a", "1", { deleting: true }), event("b", "1", { ready: false }));
    expect(progress).toMatchObject({ mostDownInShard: 2, mostClustersAtOnce: 1 });
  });

  test("clusters that are at work together are counted, and shards don't mix", () => {
    const progress = begun(event("a", "1", { deleting: true }), event("x", "1", { cluster: "other", deleting: true }));
    expect(progress).toMatchObject({ mostDownInShard: 1, mostClustersAtOnce: 2 });
  });

  test("a pod that is replaced twice counts twice", () => {
    const again = [event("a", "2", { type: "DELETED" }), event("a", "3", { type: "ADDED" })];
    expect(begun(...replacement("a"), ...again)).toMatchObject({ pods: 3, replaced: 2 });
  });
});
