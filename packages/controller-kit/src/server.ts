import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Health {
  /** Nothing when healthy, else what is wrong. */
  (): string | undefined;
}

export interface HttpServerOptions {
  /** 0: a free port. */
  readonly metricsPort: number;
  /** May be the same as `metricsPort`: then one server answers everything. */
  readonly healthPort: number;
  /** The process works: a restart would help if not. */
  readonly healthy: Health;
  /** Ready to do its part, as leader or as standby. */
  readonly ready: Health;
  readonly metrics: () => Promise<string>;
}

export interface HttpServer {
  readonly metricsPort: number;
  readonly healthPort: number;
  close(): Promise<void>;
}

type Route = (response: ServerResponse) => void | Promise<void>;
type Routes = Readonly<Record<string, Route>>;

/** Serves `/healthz`, `/readyz` and `/metrics`. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const probes: Routes = { "/healthz": probe(options.healthy), "/readyz": probe(options.ready) };
  const metrics: Routes = {
    "/metrics": async (response) => {
      const text = await options.metrics();
      response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8").end(text);
    },
  };
  const shared = options.metricsPort === options.healthPort;
  const first = await listen(shared ? { ...probes, ...metrics } : metrics, options.metricsPort);
  const second = shared ? first : await listen(probes, options.healthPort);
  return {
    metricsPort: portOf(first),
    healthPort: portOf(second),
    async close() {
      await Promise.all([...new Set([first, second])].map(closeServer));
    },
  };
}

function probe(health: Health): Route {
  return (response) => {
    const trouble = health();
    response.writeHead(trouble === undefined ? 200 : 503, { "content-type": "text/plain" }).end(`${trouble ?? "ok"}\n`);
  };
}

function listen(routes: Routes, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const route = routes[request.url?.split("?")[0] ?? ""];
    if (route === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      return;
    }
    void Promise.resolve(route(response)).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
