import { request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Access, apiRequest } from "../../control-plane/index.ts";
import { repeated } from "../apply.ts";
import type { LiveObject } from "./seen-object.ts";

interface Watched {
  readonly kind: string;
  /** Of the collection in all namespaces. */
  readonly path: string;
}

const ours = "/apis/multigres.com/v1alpha1";

export const watchedResources: readonly Watched[] = [
  { kind: "MultigresCluster", path: `${ours}/multigresclusters` },
  { kind: "ShardTemplate", path: `${ours}/shardtemplates` },
  { kind: "TopoServer", path: `${ours}/toposervers` },
  { kind: "Cell", path: `${ours}/cells` },
  { kind: "TableGroup", path: `${ours}/tablegroups` },
  { kind: "Shard", path: `${ours}/shards` },
  { kind: "StatefulSet", path: "/apis/apps/v1/statefulsets" },
  { kind: "Deployment", path: "/apis/apps/v1/deployments" },
  { kind: "PodDisruptionBudget", path: "/apis/policy/v1/poddisruptionbudgets" },
  { kind: "Service", path: "/api/v1/services" },
  { kind: "ConfigMap", path: "/api/v1/configmaps" },
  { kind: "PersistentVolumeClaim", path: "/api/v1/persistentvolumeclaims" },
  { kind: "Pod", path: "/api/v1/pods" },
];

export type Change = "seen" | "gone";

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: LiveObject;
}

/** Tells of every change of a collection for as long as the process lives; resolves when what exists has been told of. */
export async function follow(
  access: Access,
  { path }: Watched,
  onChange: (change: Change, object: LiveObject) => void,
): Promise<void> {
  const known = new Map<string, LiveObject>();

  async function list(): Promise<string> {
    const { items, metadata } = (await apiRequest(access, { method: "GET", path })) as {
      items: readonly LiveObject[];
      metadata: { resourceVersion: string };
    };
    const there = new Set(items.map((object) => object.metadata.uid));
    for (const object of known.values()) if (!there.has(object.metadata.uid)) see("gone", object);
    for (const object of items) {
      if (known.get(object.metadata.uid)?.metadata.resourceVersion !== object.metadata.resourceVersion) {
        see("seen", object);
      }
    }
    return metadata.resourceVersion;
  }

  function see(change: Change, object: LiveObject): void {
    if (change === "gone") known.delete(object.metadata.uid);
    else known.set(object.metadata.uid, object);
    onChange(change, object);
  }

  async function go(from: string): Promise<void> {
    let resourceVersion: string | undefined = from;
    for (;;) {
      try {
        resourceVersion ??= await list();
        await stream(access, `${path}?watch=1&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`, (event) => {
          // The version is too old: everything is to be listed again.
          if (event.type === "ERROR") resourceVersion = undefined;
          else resourceVersion = event.object.metadata.resourceVersion;
          if (event.type === "DELETED") see("gone", event.object);
          if (event.type === "ADDED" || event.type === "MODIFIED") see("seen", event.object);
        });
      } catch {
        // Whoever is held answers later.
        await sleep(300);
      }
    }
  }

  void go(await repeated(list));
}

/** Resolves when the server ends the stream. */
function stream(access: Access, path: string, onEvent: (event: WatchEvent) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, access.server),
      {
        agent: false,
        ca: access.certificateAuthority,
        headers: { authorization: `Bearer ${access.token}`, "user-agent": "multigres-chaos-watcher" },
      },
      (incoming) => {
        if (incoming.statusCode !== 200) {
          outgoing.destroy();
          // 410 comes as an event, or like this.
          if (incoming.statusCode === 410) onEvent({ type: "ERROR", object: {} as LiveObject });
          return reject(new Error(`${path}: ${incoming.statusCode}`));
        }
        createInterface({ input: incoming })
          .on("error", reject)
          .on("line", (line) => onEvent(JSON.parse(line) as WatchEvent))
          .once("close", resolve);
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}
