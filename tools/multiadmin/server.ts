import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { idOf, recordsOf, statusOf } from "./canonical-json.ts";
import type { Script, ShardScript } from "./script.ts";
import { type SeenPod, SimulatedShard } from "./simulated-shard.ts";

/** Stands in for the multiadmins of all clusters of a control plane: kwok runs no containers. */
export interface Multiadmin {
  /** For the controllers' DIAL_OVERRIDES. */
  readonly dialOverride: string;
  /** For `multiadminControl`. */
  readonly url: string;
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

/** The part of a pod that the stand-in reads. */
export interface ListedPod {
  readonly metadata?: {
    readonly name?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string | Date;
  };
  readonly spec?: { readonly containers: readonly { readonly name: string; readonly args?: readonly string[] }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export type ListPods = (namespace: string, labelSelector: string) => Promise<readonly ListedPod[]>;

type Primary = SimulatedShard["primary"];

interface Cluster {
  readonly name: string;
  readonly namespace: string;
  script: Script;
  readonly shards: Map<string, SimulatedShard>;
  readonly requests: SeenRequest[];
  /** What has happened to the pods is noted one request after the other. */
  turn: Promise<unknown>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Its poolers are the pool pods that the API server shows, under the names that their arguments give them. */
export async function startMultiadmin(listPods: ListPods): Promise<Multiadmin> {
  const clusters = new Map<string, Cluster>();
  const leaders: LeaderChange[] = [];
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
    if (kind === "requests") return void response.end(JSON.stringify(cluster.requests));
    cluster.requests.push({ method: request.method ?? "", path, body });
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
    const cluster = known ?? { name, namespace, script: {}, shards: new Map(), requests: [], turn: Promise.resolve() };
    clusters.set(host, cluster);
    return cluster;
  }

  async function look(cluster: Cluster): Promise<void> {
    const labelSelector = `app.kubernetes.io/component=shard-pool,multigres.com/cluster=${cluster.name}`;
    const seen = (await listPods(cluster.namespace, labelSelector)).flatMap((pod) => seenPod(pod) ?? []);
    for (const { key } of seen) {
      const id = JSON.stringify(key);
      if (!cluster.shards.has(id)) cluster.shards.set(id, new SimulatedShard(key));
    }
    const now = performance.now();
    for (const [id, shard] of cluster.shards) {
      const pods = seen.filter(({ key }) => JSON.stringify(key) === id).map(({ pod }) => pod);
      const before = shard.primary;
      shard.see(pods, scriptOf(cluster, shard), now);
      noteLeader(cluster, shard, before);
    }
  }

  function noteLeader({ namespace, name }: Cluster, { key, primary }: SimulatedShard, before: Primary): void {
    if (primary?.term === before?.term) return;
    leaders.push({ at: Date.now(), namespace, cluster: name, database: key.database, podName: primary?.podName });
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
    if (key.length > 0) return switchPrimary(cluster, key.map(decodeURIComponent).join("/"), noteLeader);
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

function switchPrimary(
  cluster: Cluster,
  key: string,
  noteLeader: (cluster: Cluster, shard: SimulatedShard, before: Primary) => void,
): Answer {
  const shard = [...cluster.shards.values()].find(
    ({ key: { database, tableGroup, shard } }) => `${database}/${tableGroup}/${shard}` === key,
  );
  if (shard === undefined) return refusal(404, 5, `no poolers found for shard ${key}`);
  const script = scriptOf(cluster, shard);
  if (script.switchFails) return refusal(500, 13, "ResignLeadership failed: no route to host");
  const before = shard.primary;
  const old = shard.switchPrimary(script, performance.now());
  noteLeader(cluster, shard, before);
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

/** Undefined: its arguments don't name a pooler, or the kubelet couldn't fill them in. */
function seenPod(pod: ListedPod): { key: SimulatedShard["key"]; pod: SeenPod } | undefined {
  const args = pod.spec?.containers.find(({ name }) => name === "multipooler")?.args ?? [];
  const flag = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const index = pod.metadata?.labels?.["apps.kubernetes.io/pod-index"];
  const [cell, database, tableGroup, shard] = ["cell", "database", "table-group", "shard"].map(flag);
  const serviceId = flag("service-id");
  if (!cell || !database || !tableGroup || !shard || !serviceId || index === undefined) return undefined;
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  return {
    key: { database, tableGroup, shard },
    pod: {
      podName: pod.metadata?.name ?? "",
      uid: pod.metadata?.uid ?? "",
      cell,
      name: serviceId.replace("$(POD_INDEX)", index),
      ready: isReady && pod.metadata?.deletionTimestamp === undefined,
    },
  };
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
