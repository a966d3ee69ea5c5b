import { poolKey } from "../expectation/wanted.ts";
import { firstFleet } from "../fleet.ts";
import { type Fact, labelNames, type SeenObject, type SeenRequest, statefulSetController } from "../judge/facts.ts";
import type { Invariant } from "../judge/invariant.ts";
import { Judge, type Violation } from "../judge/judge.ts";
import { type ClusterManifest, pausedAnnotation } from "../manifests.ts";

const namespace = "chaos-a";
const cluster = "c0";
const database = "own_db";
const poolName = "c0-own-db-replica-z1-0a1b2c3d";
export const shardName = "own-db-default-0";
const poolLabels = {
  [labelNames.cluster]: cluster,
  [labelNames.database]: database,
  [labelNames.cell]: "z1",
  [labelNames.poolType]: "replica",
  [labelNames.component]: "shard-pool",
  [labelNames.managedBy]: "multigres-operator",
};

/** What a watcher sees of one cluster whose database `own_db` has a pool of three, told in seconds. */
export class Story {
  readonly facts: Fact[] = [];
  #uids = 0;

  constructor() {
    const [manifest] = firstFleet(1).clusters;
    if (manifest) this.specified(0, manifest);
    this.pool(0, 3, "old");
    for (const ordinal of [0, 1, 2]) this.pod(1, ordinal, "old");
  }

  specified(second: number, manifest: ClusterManifest): this {
    return this.object(second, { kind: "MultigresCluster", name: cluster, manifest });
  }

  edited(second: number, change: (manifest: ClusterManifest) => void): this {
    const [manifest] = structuredClone(firstFleet(1).clusters);
    if (manifest === undefined) throw new RangeError("no cluster");
    change(manifest);
    return this.specified(second, manifest);
  }

  paused(second: number): this {
    return this.edited(second, ({ metadata }) => {
      metadata.annotations = { [pausedAnnotation]: "true" };
    });
  }

  /** The Shard, as its owner wrote it. */
  shard(second: number, isPaused: boolean, generation = 1): this {
    const customResource = { isPaused, generation };
    return this.object(second, { kind: "Shard", name: shardName, labels: poolLabels, customResource });
  }

  pool(second: number, replicas: number, podSpec: string): this {
    return this.object(second, { kind: "StatefulSet", name: poolName, labels: poolLabels, replicas, podSpec });
  }

  /** A new pod, ready at once, or not at all. */
  pod(second: number, ordinal: number, podSpec: string, isReady = true): this {
    return this.object(second, {
      kind: "Pod",
      name: podName(ordinal),
      uid: `pod-${++this.#uids}`,
      createdAt: second * 1000,
      labels: poolLabels,
      podSpec,
      ready: { is: isReady, since: second * 1000 },
    });
  }

  leads(second: number, ordinal?: number): this {
    const podNameOf = ordinal === undefined ? undefined : podName(ordinal);
    return this.tell({ fact: "leader", at: second * 1000, namespace, cluster, database, podName: podNameOf });
  }

  /** By the shard-controller. */
  takes(second: number, ordinal: number): this {
    return this.requested(second, { verb: "delete", resource: "pods", name: podName(ordinal) });
  }

  /** By the StatefulSet controller, after the shard-controller wanted so few. */
  scales(second: number, replicas: number): this {
    this.requested(second, { verb: "patch", resource: "statefulsets", name: poolName });
    this.pool(second, replicas, "old");
    const request = { user: statefulSetController, verb: "delete", resource: "pods", name: podName(replicas) };
    return this.requested(second + 0.1, request);
  }

  killed(second: number, ordinal: number): this {
    return this.requested(second, { user: "admin", verb: "delete", resource: "pods", name: podName(ordinal) });
  }

  object(second: number, object: Partial<SeenObject> & Pick<SeenObject, "kind" | "name">, change = "seen"): this {
    const common = { namespace, uid: `${object.kind} ${object.name}`, createdAt: 0, labels: {}, isDeleting: false };
    const at = second * 1000;
    return this.tell({
      fact: "object",
      at,
      change: change === "gone" ? "gone" : "seen",
      object: { ...common, ...object },
    });
  }

  requested(second: number, request: Partial<SeenRequest> & Pick<SeenRequest, "verb" | "resource" | "name">): this {
    const user = "system:serviceaccount:multigres-system:shard-controller";
    const common = { user, subresource: "", namespace, code: 200, receivedAt: second * 1000 };
    return this.tell({ fact: "request", at: second * 1000, request: { ...common, ...request }, line: "{}" });
  }

  held(from: number, to: number): this {
    const disturbance = { what: "API server", from: from * 1000, to: to * 1000 };
    return this.tell({ fact: "disturbance", at: from * 1000, id: from, disturbance });
  }

  tell(fact: Fact): this {
    this.facts.push(fact);
    return this;
  }
}

export function podName(ordinal: number): string {
  return `${poolName}-${ordinal}`;
}

export const labelsOf = { pool: poolLabels, poolName, poolKey: poolKey({ type: "replica", cell: "z1" }) };

export interface Verdict {
  readonly judged: number;
  readonly violations: readonly Violation[];
}

/** What one invariant says to a story. */
export function verdictOn(story: Story, invariant: Invariant): Verdict {
  const violations: Violation[] = [];
  const judge = new Judge((violation) => violations.push(violation), [invariant]);
  for (const fact of story.facts) judge.learn(fact);
  judge.judge();
  return { judged: judge.tallies[0]?.judged ?? 0, violations };
}
