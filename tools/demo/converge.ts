import { setTimeout as sleep } from "node:timers/promises";
import type { MultigresCluster } from "@multigres/api-types";
import type { Kubectl } from "../control-plane/index.ts";
import { InterruptedError } from "./errors.ts";
import { clustersAmong, readObjects } from "./objects.ts";
import { isAvailable, isSettled, waitingFor } from "./reasons.ts";
import type { Screen } from "./screen.ts";
import { drawTrees, type TreeObject } from "./tree.ts";

export interface Convergence {
  readonly clusters: readonly MultigresCluster[];
  readonly objects: readonly TreeObject[];
  readonly seconds: number;
  /** Every cluster is. */
  readonly available: boolean;
}

export interface ConvergeOptions {
  readonly kubectl: Kubectl;
  /** `namespace/name` of each cluster. */
  readonly wanted: ReadonlySet<string>;
  readonly screen: Screen;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** A log isn't the place to read a whole condition, every few seconds. */
function shortened(message: string): string {
  return message.length > 160 ? `${message.slice(0, 159)}…` : message;
}

const pollMs = 500;
/** A machine that was asleep, or an API server that restarts, isn't the end of the demo. */
const toleratedFailures = 20;

/** Draws the trees until every cluster is Available and at rest or the time is up. Throws InterruptedError when the signal fires. */
export async function converge(options: ConvergeOptions): Promise<Convergence> {
  const { kubectl, wanted, screen, timeoutSeconds, signal } = options;
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 100) / 10;
  let objects: readonly TreeObject[] = [];
  for (let failures = 0; ; ) {
    try {
      objects = await readObjects(kubectl, wanted);
      failures = 0;
    } catch (error) {
      if (++failures > toleratedFailures) throw error;
    }
    const clusters = clustersAmong(objects);
    const settled = clusters.length === wanted.size && clusters.every(isSettled);
    const time = `${Math.floor(seconds())} s`;
    screen.draw(
      drawTrees(clusters, objects, { color: screen.isTerminal, width: screen.columns }),
      settled ? time : `${time}, waiting: ${shortened(waitingFor(clusters))}`,
    );
    if (settled || seconds() > timeoutSeconds) {
      screen.settle();
      const available = clusters.length === wanted.size && clusters.every(isAvailable);
      return { clusters, objects, seconds: seconds(), available };
    }
    await sleep(pollMs, undefined, { signal }).catch(() => {
      throw new InterruptedError("interrupted");
    });
  }
}
