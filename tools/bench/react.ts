import { setTimeout as sleep } from "node:timers/promises";
import type { BareClient, LiveObject, Watching } from "./bare-client.ts";
import { wants } from "./conditions.ts";
import { median, percentile } from "./percentiles.ts";
import { collection, item, resources } from "./resources.ts";
import { cells, clusterName, gatewayPatch, gatewaysPerCell } from "./shape.ts";
import type { Testbed } from "./testbed.ts";

export interface React {
  readonly edits: number;
  /** From the accepted edit of the cluster to the changed Deployment. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** A bare client's PATCH of a Deployment to its own watch event. */
  readonly bareP50Ms: number;
  readonly bareP99Ms: number;
}

const timeoutMs = 60_000;
// Long enough for the edit before to be under way still, as a person's are.
const pauseMs = 200;

/** Edits a gateway's number of replicas again and again, and in turn has a bare client patch a Deployment of its own. */
export async function react({ client }: Testbed, edits: number, cluster = clusterName(0)): Promise<React> {
  const [cell] = cells;
  const selector = `multigres.com/cluster=${cluster},multigres.com/cell=${cell},app.kubernetes.io/component=multigateway`;
  const bareName = "bare";
  await client.post(collection(resources.Deployment), bareDeployment(bareName));
  const gateway = new Arrivals(
    client,
    `${collection(resources.Deployment)}?labelSelector=${encodeURIComponent(selector)}`,
  );
  const bare = new Arrivals(client, `${collection(resources.Deployment)}?labelSelector=app%3D${bareName}`);
  const reactions: number[] = [];
  const roundTrips: number[] = [];
  try {
    await Promise.all([gateway.synced, bare.synced]);
    for (let edit = 0; edit < edits; edit++) {
      const replicas = gatewaysPerCell + 1 + (edit % 2);
      const changed = gateway.next((deployment) => wants(deployment, replicas));
      await client.patch(item(resources.MultigresCluster, cluster), "json", gatewayPatch(replicas, [0]));
      const acceptedAt = performance.now();
      reactions.push((await changed) - acceptedAt);

      const seen = bare.next(({ metadata }) => metadata.annotations?.["edit"] === String(edit));
      const sentAt = performance.now();
      await client.patch(item(resources.Deployment, bareName), "merge", {
        metadata: { annotations: { edit: String(edit) } },
      });
      roundTrips.push((await seen) - sentAt);
      await sleep(pauseMs);
    }
  } finally {
    gateway.stop();
    bare.stop();
  }
  return {
    edits,
    p50Ms: median(reactions),
    p99Ms: percentile(reactions, 0.99),
    bareP50Ms: median(roundTrips),
    bareP99Ms: percentile(roundTrips, 0.99),
  };
}

/** Times at which a watch shows what somebody waits for. */
class Arrivals {
  readonly #watching: Watching;
  #wanted: ((object: LiveObject) => boolean) | undefined;
  #arrived: (at: number) => void = () => {};

  constructor(client: BareClient, path: string) {
    this.#watching = client.watch(path, ({ object }) => {
      if (!this.#wanted?.(object)) return;
      this.#wanted = undefined;
      this.#arrived(performance.now());
    });
  }

  get synced(): Promise<void> {
    return this.#watching.synced;
  }

  /** `performance.now()` of the next event that shows what is wanted. */
  next(wanted: (object: LiveObject) => boolean): Promise<number> {
    this.#wanted = wanted;
    const arrived = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing changed within ${timeoutMs / 1000} s`)), timeoutMs);
      this.#arrived = (at) => {
        clearTimeout(timer);
        resolve(at);
      };
    });
    return Promise.race([arrived, this.#watching.broken]);
  }

  stop(): void {
    this.#watching.stop();
  }
}

function bareDeployment(name: string) {
  const labels = { app: name };
  return {
    metadata: { name, labels },
    spec: {
      // Nobody else is to write to it.
      paused: true,
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "c" }] } },
    },
  };
}
