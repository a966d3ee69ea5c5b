import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { labels } from "@multigres/api-types";
import { idOf, recordsOf, statusOf } from "./canonical-json.ts";
import type { ClusterName } from "./control.ts";
import { type PodSource, seenPod } from "./pods.ts";
import type { Script, ShardScript } from "./script.ts";
import { SimulatedShard } from "./simulated-shard.ts";

/** Stands in for the multiadmins of all clusters of a control plane: kwok runs no containers. */
export interface Multiadmin {
  /** For the controllers' DIAL_OVERRIDES. */
  readonly dialOverride: string;
  /** For `multiadminControl`. */
  readonly url: string;
  /** Everything that was asked of all clusters, in order. */
  readonly requests: readonly (SeenRequest & { readonly cluster: ClusterName })[];
  close(): Promise<void>;
}

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** Without the prefix that tells the cluster. */
  readonly path: string;
  readonly body: string;
}

/** Somebody became primary of a shard, or nobody is any more. */
export interface LeaderChange {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly namespace: string;
  readonly cluster: string;
  readonly database: string;
  readonly podName?: string;
}

interface Cluster {
  readonly name: ClusterName;
  script: Script;
  readonly shards: Map<string, SimulatedShard>;
  /** Terms of the primaries that were told of, by shard. */
  readonly terms: Map<SimulatedShard, number | undefined>;
  /** What has happened to the pods is noted one request after the other. */
  turn: Promise<unknown>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Its poolers are the pool pods that exist, under the names that their arguments give them. */
export async function startMultiadmin(pods: PodSource): Promise<Multiadmin> {
  const clusters = new Map<string, Cluster>();
  const leaders: LeaderChange[] = [];
  const requests: (SeenRequest & { readonly cluster: ClusterName })[] = [];
  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500).end(JSON.stringify({ code: 13, message: String(error) }));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stand-in");
    if (pathname === "/leaders") {
      return void response.end(JSON.stringify(leaders.slice(Number(searchParams.get("from") ?? 0))));
    }
    const [, kind = "", host = "", path = ""] = /^\/(script|requests|at)\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
    const cluster = clusterOf(host);
    if (cluster === undefined) return void response.writeHead(404).end();
    if (kind === "script") {
      cluster.script = JSON.parse(body) as Script;
      return void response.end("{}");
    }
    if (kind === "requests") {
      return void response.end(JSON.stringify(requests.filter(({ cluster: asked }) => asked === cluster.name)));
    }
    requests.push({ cluster: cluster.name, method: request.method ?? "", path, body });
    switch (cluster.script.mode) {
      case "cut":
        return void request.socket.destroy();
      case "hang":
        return;
      case "error":
        return send(response, refusal(500, 13, "failed to retrieve cell names: context deadline exceeded"));
      case "ok":
      case undefined:
        send(response, await answer(cluster, request, path, body));
    }
  }

  function clusterOf(host: string): Cluster | undefined {
    const [, name, namespace] = /^(.+)-multiadmin\.([^.]+)\.svc$/.exec(host) ?? [];
    if (name === undefined || namespace === undefined) return undefined;
    const known = clusters.get(host);
    const cluster = known ?? {
      name: { namespace, name },
      script: {},
      shards: new Map(),
      terms: new Map(),
      turn: Promise.resolve(),
    };
    clusters.set(host, cluster);
    return cluster;
  }

  async function look(cluster: Cluster): Promise<void> {
    const labelSelector = `${labels.component}=shard-pool,${labels.cluster}=${cluster.name.name}`;
    const seen = (await pods(cluster.name, labelSelector)).flatMap((pod) => seenPod(pod) ?? []);
    for (const { key } of seen) {
      const id = JSON.stringify(key);
      if (!cluster.shards.has(id)) cluster.shards.set(id, new SimulatedShard(key));
    }
    const now = performance.now();
    for (const [id, shard] of cluster.shards) {
      const own = seen.filter(({ key }) => JSON.stringify(key) === id).map(({ pod }) => pod);
      shard.see(own, scriptOf(cluster, shard), now);
    }
    noteLeaders(cluster);
  }

  function noteLeaders({ name: { namespace, name }, shards, terms }: Cluster): void {
    for (const shard of shards.values()) {
      const { primary, key } = shard;
      if (terms.get(shard) === primary?.term) continue;
      terms.set(shard, primary?.term);
      leaders.push({
        at: Date.now(),
        namespace,
        cluster: name,
        database: key.database,
        ...(primary && { podName: primary.podName }),
      });
    }
  }

  async function answer(cluster: Cluster, request: IncomingMessage, path: string, body: string): Promise<Answer> {
    cluster.turn = cluster.turn.catch(() => undefined).then(() => look(cluster));
    await cluster.turn;
    const shards = [...cluster.shards.values()];
    if (request.method === "GET" && path === "/api/v1/poolers") {
      const poolers = shards.flatMap((shard) => recordsOf(shard, scriptOf(cluster, shard)));
      return { status: 200, body: poolers.length === 0 ? {} : { poolers } };
    }
    const [, cell, name] = /^\/api\/v1\/poolers\/([^/]+)\/([^/]+)\/status$/.exec(path) ?? [];
    if (cell !== undefined && name !== undefined) return poolerStatus(cluster, { cell, name });
    if (request.method === "POST" && !request.headers["content-type"]?.startsWith("application/json")) {
      return { status: 415, body: {} };
    }
    const [, ...key] = /^\/api\/v1\/shards\/([^/]+)\/([^/]+)\/([^/]+)\/switch-primary$/.exec(path) ?? [];
    if (key.length > 0) {
      const switched = switchPrimary(cluster, key.map(decodeURIComponent).join("/"));
      noteLeaders(cluster);
      return switched;
    }
    if (request.method === "POST" && path === "/api/v1/backups") return startBackup(body);
    const [, job] = /^\/api\/v1\/jobs\/(.+)$/.exec(path) ?? [];
    if (job !== undefined) return backupJob(decodeURIComponent(job));
    return refusal(404, 12, "not found");
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    dialOverride: `*-multiadmin.*.svc=${address}/at/{host}`,
    url: `http://${address}`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function poolerStatus(cluster: Cluster, id: { cell: string; name: string }): Answer {
  for (const shard of cluster.shards.values()) {
    const member = shard.members.find(({ cell, name }) => cell === id.cell && name === id.name);
    if (member === undefined) continue;
    if (cluster.script.statusFails || !member.ready) {
      return refusal(503, 14, `failed to get status from pooler: dial tcp: i/o timeout after ${performance.now()} ms`);
    }
    return { status: 200, body: statusOf(shard, id, scriptOf(cluster, shard)) };
  }
  return refusal(404, 5, `pooler '${id.cell}/${id.name}' not found`);
}

function switchPrimary(cluster: Cluster, key: string): Answer {
  const shard = [...cluster.shards.values()].find(
    ({ key: { database, tableGroup, shard } }) => `${database}/${tableGroup}/${shard}` === key,
  );
  if (shard === undefined) return refusal(404, 5, `no poolers found for shard ${key}`);
  const script = scriptOf(cluster, shard);
  if (script.switchFails) return refusal(500, 13, "ResignLeadership failed: no route to host");
  const old = shard.switchPrimary(script, performance.now());
  if (old === undefined) return refusal(404, 5, `no PRIMARY pooler found for shard ${key}`);
  if (old === null) return refusal(400, 9, "no standby poolers available for promotion");
  return { status: 200, body: { oldLeaderId: idOf(old) } };
}

let backups = 0;

function startBackup(body: string): Answer {
  const { forcePrimary } = JSON.parse(body) as { forcePrimary?: boolean };
  backups += 1;
  return { status: 200, body: { jobId: `20261120-100000.${backups}_${forcePrimary ? "primary" : "replica"}` } };
}

/** One of a replica fails without certificates. */
function backupJob(jobId: string): Answer {
  const failed = { status: "JOB_STATUS_FAILED", errorMessage: "pooler backup failed: exit status 56" };
  const result = jobId.endsWith("_replica") ? failed : { status: "JOB_STATUS_COMPLETED", backupId: "20261120-100000F" };
  return { status: 200, body: { jobId, jobType: "JOB_TYPE_BACKUP", ...result } };
}

function scriptOf({ script }: Cluster, { key }: SimulatedShard): ShardScript {
  return script.shards?.[key.database] ?? {};
}

function refusal(status: number, code: number, message: string): Answer {
  return { status, body: { code, message, details: [] } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
  return body;
}
