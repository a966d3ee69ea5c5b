import {
  type Disturbance,
  type Fact,
  isDeletion,
  isOperator,
  isWrite,
  labelNames,
  resourceOf,
  type SeenObject,
  type SeenRequest,
} from "./facts.ts";
import { PauseHistory } from "./pause-history.ts";
import { PodLife } from "./pod-life.ts";
import { SpecHistory } from "./spec-history.ts";

export interface ShardName {
  readonly namespace: string;
  readonly cluster: string;
  readonly database: string;
}

interface Pool {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly versions: { readonly at: number; readonly replicas: number; readonly podSpec?: string }[];
}

interface Leadership {
  readonly at: number;
  readonly podName?: string;
}

/** Everything that is known of the clusters, at every time; nothing of it from what controllers say of themselves. */
export class World {
  readonly specs = new SpecHistory();
  readonly pauses = new PauseHistory();
  readonly #objects = new Map<string, SeenObject>();
  readonly #pods = new Map<string, PodLife>();
  readonly #pools = new Map<string, Pool>();
  readonly #leaders = new Map<string, Leadership[]>();
  /** Times of the operator's writes of specs, by object. */
  readonly #operatorWrites = new Map<string, number[]>();
  readonly #disturbances = new Map<number, Disturbance>();

  learn(fact: Fact): void {
    switch (fact.fact) {
      case "object":
        return this.#see(fact.object, fact.change === "gone", fact.at);
      case "request":
        return this.#note(fact.request);
      case "leader":
        listed(this.#leaders, shardId(fact)).push({ at: fact.at, podName: fact.podName });
        return;
      case "disturbance":
        this.#disturbances.set(fact.id, fact.disturbance);
    }
  }

  #note(request: SeenRequest): void {
    const { resource, subresource, namespace, name, receivedAt } = request;
    if (!isWrite(request)) return;
    if (resource === "pods" && subresource === "status") this.pod(namespace, name)?.statusWrittenAt(receivedAt);
    if (subresource !== "") return;
    if (isOperator(request)) {
      listed(this.#operatorWrites, `${resource} ${namespace}/${name}`).push(receivedAt);
    }
    if (resource === "pods" && isDeletion(request)) this.pod(namespace, name)?.deletedAt(receivedAt);
  }

  #see(object: SeenObject, isGone: boolean, at: number): void {
    const { kind, namespace, name, labels, manifest } = object;
    this.#objects.set(`${resourceOf(kind)} ${namespace}/${name}`, object);
    if (manifest && !isGone) this.specs.see(manifest, at);
    this.pauses.see(object, at);
    if (kind === "Pod") {
      const life = this.#pods.get(`${namespace}/${name}`) ?? new PodLife();
      this.#pods.set(`${namespace}/${name}`, life);
      life.see({ ...object, isDeleting: object.isDeleting || isGone }, at);
    }
    const isPool = kind === "StatefulSet" && labels[labelNames.component] === "shard-pool";
    if (isPool && labels[labelNames.managedBy] === "multigres-operator") {
      const pool = this.#pools.get(`${namespace}/${name}`) ?? { namespace, name, labels, versions: [] };
      this.#pools.set(`${namespace}/${name}`, pool);
      const replicas = isGone ? 0 : (object.replicas ?? 0);
      const last = pool.versions.at(-1);
      if (last?.replicas !== replicas || last.podSpec !== object.podSpec) {
        pool.versions.push({ at, replicas, podSpec: object.podSpec });
      }
    }
  }

  /** As it was seen last, also when it is gone. */
  object(resource: string, namespace: string, name: string): SeenObject | undefined {
    return this.#objects.get(`${resource} ${namespace}/${name}`);
  }

  objects(kind: string): readonly SeenObject[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  pod(namespace: string, name: string): PodLife | undefined {
    return this.#pods.get(`${namespace}/${name}`);
  }

  /** The pool that a pod belongs to by its name. */
  poolOf(namespace: string, podName: string): { readonly pool: Pool; readonly ordinal: number } | undefined {
    const [, name, ordinal] = /^(.+)-(\d+)$/.exec(podName) ?? [];
    const pool = this.#pools.get(`${namespace}/${name}`);
    return pool && { pool, ordinal: Number(ordinal) };
  }

  poolsOf({ namespace, cluster, database }: ShardName): readonly Pool[] {
    return [...this.#pools.values()].filter(
      ({ labels, ...pool }) =>
        pool.namespace === namespace &&
        labels[labelNames.cluster] === cluster &&
        labels[labelNames.database] === database,
    );
  }

  /** When the operator had written an object last, at a time. */
  lastOperatorWrite(resource: string, namespace: string, name: string, time: number): number | undefined {
    return this.#operatorWrites.get(`${resource} ${namespace}/${name}`)?.findLast((at) => at <= time);
  }

  /** Who led at a time, and since when. */
  leader(shard: ShardName, time: number): Leadership | undefined {
    return this.#leaders.get(shardId(shard))?.findLast(({ at }) => at <= time);
  }

  /** Whether something was held in a span that the operator or the stand-ins depend on. */
  wasDisturbed(from: number, to: number): boolean {
    return this.#disturbancesIn(from, to).length > 0;
  }

  /** The last time, at most `time`, before which nothing was held for `calmMs`: what arrives later may have been asked for then. */
  lastCalm(time: number, calmMs: number): number {
    for (let calm = time; ; ) {
      const before = this.#disturbancesIn(calm - calmMs, calm).filter(({ from }) => from < calm);
      if (before.length === 0) return calm;
      calm = Math.min(...before.map(({ from }) => from));
    }
  }

  #disturbancesIn(from: number, to: number): readonly Disturbance[] {
    return [...this.#disturbances.values()].filter(
      (each) => each.from <= to && (each.to ?? Number.POSITIVE_INFINITY) >= from,
    );
  }
}

function listed<T>(lists: Map<string, T[]>, id: string): T[] {
  const known = lists.get(id);
  if (known) return known;
  const made: T[] = [];
  lists.set(id, made);
  return made;
}

function shardId({ namespace, cluster, database }: ShardName): string {
  return `${namespace}/${cluster}/${database}`;
}

/** Replicas that a pool's StatefulSet had, least of a span. */
export function replicasOf({ versions }: Pool, from: number, to: number): number {
  const during = versions.filter(
    ({ at }, index) => at <= to && (versions[index + 1]?.at ?? Number.POSITIVE_INFINITY) > from,
  );
  return during.length === 0 ? 0 : Math.min(...during.map(({ replicas }) => replicas));
}

/** Hash of the pod spec that a pool's StatefulSet asked for at a time. */
export function podSpecOf({ versions }: Pool, time: number): string | undefined {
  return versions.findLast(({ at }) => at <= time)?.podSpec;
}
