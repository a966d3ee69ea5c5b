import { setTimeout as sleep } from "node:timers/promises";
import { type Component, type ControlPlane, RequestError } from "../control-plane/index.ts";
import type { MultiadminControl } from "../multiadmin/index.ts";
import { repeated } from "./apply.ts";
import { namespaces } from "./fleet.ts";
import type { Random } from "./random.ts";
import type { Supervisor } from "./supervisor.ts";

export interface FaultTargets {
  readonly plane: Pick<ControlPlane, "request" | "component">;
  readonly topology: Component;
  readonly supervisor: Supervisor;
  readonly multiadmin: MultiadminControl;
  /** Tells the watcher that something is held; the returned function, that it isn't any more. */
  readonly note: (what: string) => () => void;
}

/** What was done, in words; undefined: there was nothing to do it to. */
export type Done = Promise<string | undefined>;

interface Pod {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** Deletes a pod as whoever drains, evicts or loses a node does. Primaries are struck more often than others. */
export async function killPod({ plane, multiadmin }: FaultTargets, random: Random): Done {
  const isPrimary = random.chance(0.35);
  const victims = isPrimary ? await primaries(multiadmin) : await anyPods(plane, random.chance(0.6));
  const victim = random.pick(victims);
  if (victim === undefined) return undefined;
  const gracePeriodSeconds = random.pick([undefined, 0]);
  const { namespace, name } = victim.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  try {
    await repeated(() => plane.request({ method: "DELETE", path, body: { gracePeriodSeconds } }));
  } catch (error) {
    if (error instanceof Error && error.cause instanceof RequestError && error.cause.status === 404) return undefined;
    throw error;
  }
  return `${isPrimary ? "primary " : ""}${namespace}/${name}${gracePeriodSeconds === 0 ? ", at once" : ""}`;
}

async function primaries(multiadmin: MultiadminControl): Promise<readonly Pod[]> {
  const leading = new Map<string, Pod | undefined>();
  for (const { namespace, cluster, database, podName } of await multiadmin.leaders()) {
    const pod = podName === undefined ? undefined : { metadata: { namespace, name: podName } };
    leading.set(`${namespace}/${cluster}/${database}`, pod);
  }
  return [...leading.values()].flatMap((pod) => pod ?? []);
}

async function anyPods(plane: FaultTargets["plane"], ofPools: boolean): Promise<readonly Pod[]> {
  const selector = ofPools
    ? "app.kubernetes.io/component=shard-pool"
    : "app.kubernetes.io/managed-by=multigres-operator";
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
      return (await repeated(() => plane.request({ method: "GET", path }))) as { items: readonly Pod[] };
    }),
  );
  return lists.flatMap(({ items }) => items);
}

export async function killController({ supervisor }: FaultTargets, random: Random): Done {
  const name = random.pick(supervisor.names);
  const signal = random.pick(["SIGKILL", "SIGKILL", "SIGTERM"] as const);
  if (name === undefined || signal === undefined) return undefined;
  return supervisor.kill(name, signal) ? `${signal} to ${name}` : undefined;
}

/** Long enough, at times, for its Lease to run out. */
export async function pauseController({ supervisor, note }: FaultTargets, random: Random): Done {
  const name = random.pick(supervisor.names);
  const seconds = random.between(2, 22);
  if (name === undefined) return undefined;
  const ended = note(name);
  const isDone = await supervisor.hold(name, seconds * 1000);
  ended();
  return isDone ? `${name} for ${seconds} s` : undefined;
}

/** Its connections stay open, and nothing answers. */
export async function pauseComponent({ note }: FaultTargets, component: Component, what: string, random: Random): Done {
  const seconds = random.chance(0.1) ? random.between(10, 14) : random.between(2, 7);
  const ended = note(what);
  component.pause();
  await sleep(seconds * 1000);
  component.resume();
  ended();
  return `${what} for ${seconds} s`;
}
