import type { LiveObject, WatchEvent } from "./bare-client.ts";
import { isReadyPod } from "./conditions.ts";
import { clusterOf } from "./pool-pods.ts";

/** What a pod's name stands for: its successor has it too. */
interface Place {
  readonly cluster: string;
  readonly shard: string;
  /** Who is to be replaced. */
  readonly first: string;
  readonly uid: string;
  readonly isUp: boolean;
}

/** What a watch of pool pods shows of a rollout: who has been replaced, and who is down at the same time. */
export class RolloutProgress {
  readonly #places = new Map<string, Place>();
  #hasBegun = false;
  /** Pods that went. */
  replaced = 0;
  /** Of one shard, at any moment. */
  mostDownInShard = 0;
  /** With a pod down, at any moment. */
  mostClustersAtOnce = 0;

  /** The pods that were told of until now are those to be replaced. */
  begin(): void {
    this.#hasBegun = true;
  }

  see({ type, object }: WatchEvent): void {
    const { name, uid, labels } = object.metadata;
    const before = this.#places.get(name);
    // A pod that went before its successor came may be told of after it.
    if (type === "DELETED" && before?.uid !== uid) return;
    const first = this.#hasBegun ? (before?.first ?? "") : uid;
    const isUp = type !== "DELETED" && isServing(object);
    this.#places.set(name, { cluster: clusterOf(labels), shard: shardOf(object), first, uid, isUp });
    if (!this.#hasBegun) return;
    if (type === "DELETED") this.replaced += 1;
    const down = [...this.#places.values()].filter((place) => !place.isUp);
    const inShard = down.filter(({ shard }) => shard === shardOf(object)).length;
    this.mostDownInShard = Math.max(this.mostDownInShard, inShard);
    this.mostClustersAtOnce = Math.max(this.mostClustersAtOnce, new Set(down.map(({ cluster }) => cluster)).size);
  }

  get pods(): number {
    return this.#places.size;
  }

  /** Every pod is another one than in the beginning, and up. */
  get isDone(): boolean {
    return this.#hasBegun && [...this.#places.values()].every(({ first, uid, isUp }) => isUp && uid !== first);
  }
}

function isServing(pod: LiveObject): boolean {
  return isReadyPod(pod) && (pod.metadata as { deletionTimestamp?: string }).deletionTimestamp === undefined;
}

const shardLabels = ["cluster", "database", "table-group", "shard"].map((name) => `multigres.com/${name}`);

function shardOf({ metadata: { labels = {} } }: LiveObject): string {
  return shardLabels.map((label) => labels[label]).join("/");
}
