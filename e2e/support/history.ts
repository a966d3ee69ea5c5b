import type { createTransport, KubernetesObject, ResourceKind } from "@multigres/controller-kit";
import { type WatchEvent, watchStream } from "./watch-stream.ts";

/** Every version of some objects, in the order in which they were written. */
export interface History<T> {
  readonly versions: readonly T[];
  stop(): void;
}

type Transport = ReturnType<typeof createTransport>;

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

  async function follow(first: AsyncIterable<WatchEvent>): Promise<void> {
    for (let events = first; ; events = await open()) {
      try {
        for await (const { type, object } of events) {
          if (type === "ERROR") throw new Error(`the watch of ${kind.plural} ended: ${JSON.stringify(object)}`);
          versions.push(object as T);
          resourceVersion = object.metadata?.resourceVersion ?? resourceVersion;
        }
      } catch (error) {
        if (stopped.signal.aborted) return;
        if (error instanceof Error && error.name !== "ApiError") throw error;
      }
      if (stopped.signal.aborted) return;
    }
  }

  void follow(await open());
  return { versions, stop: () => stopped.abort() };
}
