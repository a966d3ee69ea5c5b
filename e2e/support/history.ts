import { setTimeout as sleep } from "node:timers/promises";
import type { createTransport, KubernetesObject, ResourceKind } from "@multigres/controller-kit";
import { type WatchEvent, watchStream } from "./watch-stream.ts";

/** Every version of some objects, in the order in which they were written. */
export interface History<T> {
  readonly versions: readonly T[];
  stop(): void;
}

type Transport = ReturnType<typeof createTransport>;

class WatchLost extends Error {}

function unlessLost(error: unknown): void {
  if (error instanceof WatchLost) throw error;
}

/** Watches from before it returns, and goes on where it was when the server ends the connection, so that no version is missed. */
export async function recordHistory<T extends KubernetesObject>(
  transport: Transport,
  kind: ResourceKind<T>,
  namespace: string,
): Promise<History<T>> {
  const group = kind.group === "" ? "/api" : `/apis/${kind.group}`;
  const path = `${group}/${kind.version}/namespaces/${namespace}/${kind.plural}`;
  const list = (await transport.request({ method: "GET", verb: "list", path, idempotent: true })) as {
    metadata: { resourceVersion: string };
  };
  const versions: T[] = [];
  const stopped = new AbortController();
  let resourceVersion = list.metadata.resourceVersion;
  const open = () => watchStream(transport, path, resourceVersion, stopped.signal);

  async function follow(events: AsyncIterable<WatchEvent>): Promise<void> {
    for await (const { type, object } of events) {
      // From here on versions would be missing: better an unhandled rejection, which fails the run.
      if (type === "ERROR") throw new WatchLost(`the watch of ${kind.plural} ended: ${JSON.stringify(object)}`);
      versions.push(object as T);
      resourceVersion = object.metadata?.resourceVersion ?? resourceVersion;
    }
  }

  async function keepFollowing(first: AsyncIterable<WatchEvent>): Promise<void> {
    await follow(first).catch(unlessLost);
    while (!stopped.signal.aborted) {
      await sleep(200);
      await open().then(follow).catch(unlessLost);
    }
  }

  void keepFollowing(await open());
  return { versions, stop: () => stopped.abort() };
}
