import type { createTransport, KubernetesObject } from "@multigres/controller-kit";

type Transport = ReturnType<typeof createTransport>;

export interface WatchEvent {
  readonly type: string;
  readonly object: KubernetesObject;
}

/** What the API server tells of the objects at `path` from a resourceVersion on, until the connection ends. Throws what it ends with. */
export async function watchStream(
  transport: Pick<Transport, "stream">,
  path: string,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<AsyncIterable<WatchEvent>> {
  const query = `${path.includes("?") ? "&" : "?"}watch=1&resourceVersion=${resourceVersion}`;
  return eventsOf(
    await transport.stream({ method: "GET", verb: "watch", path: `${path}${query}`, idempotent: true, signal }),
  );
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
