import { setTimeout as sleep } from "node:timers/promises";
import type { createTransport, KubernetesObject } from "@multigres/controller-kit";
import { watchStream } from "./watch-stream.ts";

type Transport = ReturnType<typeof createTransport>;

/** The objects at a path as they are now, kept by a watch: asked for each time they would be a tenth of the server's work. */
export interface KeptList<T> {
  readonly items: () => readonly T[];
  readonly stop: () => void;
}

/** Listed before it returns, and again whenever the watch breaks: tests restart servers and make them forget. */
export async function keepList<T extends KubernetesObject>(transport: Transport, path: string): Promise<KeptList<T>> {
  const kept = new Map<string, T>();
  const stopped = new AbortController();

  async function list(): Promise<string> {
    const { items, metadata } = (await transport.request({ method: "GET", verb: "list", path, idempotent: true })) as {
      items: readonly T[];
      metadata: { resourceVersion: string };
    };
    kept.clear();
    for (const item of items) kept.set(item.metadata?.uid ?? "", item);
    return metadata.resourceVersion;
  }

  async function follow(listed: string): Promise<void> {
    for await (const { type, object } of await watchStream(transport, path, listed, stopped.signal)) {
      if (type === "ERROR") return;
      const uid = object.metadata?.uid ?? "";
      if (type === "DELETED") kept.delete(uid);
      else kept.set(uid, object as T);
    }
  }

  async function keep(listed: string): Promise<void> {
    await follow(listed).catch(() => {});
    while (!stopped.signal.aborted) {
      await sleep(200);
      await list()
        .then(follow)
        .catch(() => {});
    }
  }

  void keep(await list());
  return { items: () => [...kept.values()], stop: () => stopped.abort() };
}
