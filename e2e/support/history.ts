import type { createTransport, KubernetesObject, ResourceKind } from "@multigres/controller-kit";

/** Every version of some objects, in the order in which they were written. */
export interface History<T> {
  readonly versions: readonly T[];
  stop(): void;
}

type Transport = ReturnType<typeof createTransport>;

interface WatchEvent {
  readonly type: string;
  readonly object: KubernetesObject;
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
  const open = () =>
    transport.stream({
      method: "GET",
      verb: "watch",
      path: `${path}?watch=1&resourceVersion=${resourceVersion}`,
      idempotent: true,
      signal: stopped.signal,
    });

  async function follow(first: AsyncIterable<Uint8Array>): Promise<void> {
    for (let chunks = first; ; chunks = await open()) {
      try {
        for await (const { type, object } of eventsOf(chunks)) {
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

async function* eventsOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<WatchEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield JSON.parse(line) as WatchEvent;
  }
}
