import { afterEach, describe, expect, it } from "vitest";
import { type HttpServer, startHttpServer } from "./server.ts";

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function aServer(options: Partial<Parameters<typeof startHttpServer>[0]> = {}): Promise<HttpServer> {
  server = await startHttpServer({
    metricsPort: 0,
    healthPort: 0,
    healthy: () => undefined,
    ready: () => "no list yet of Cell",
    metrics: async () => "a_metric 1\n",
    ...options,
  });
  return server;
}

async function get(port: number, path: string, method = "GET"): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return [response.status, await response.text()];
}

describe("startHttpServer", () => {
  it("answers probes and metrics on one port, with what is wrong", async () => {
    const { metricsPort, healthPort } = await aServer();
    expect(metricsPort).toBe(healthPort);
    expect(await get(healthPort, "/healthz")).toEqual([200, "ok\n"]);
    expect(await get(healthPort, "/readyz?verbose")).toEqual([503, "no list yet of Cell\n"]);
    expect(await get(metricsPort, "/metrics")).toEqual([200, "a_metric 1\n"]);
  });

  it("keeps metrics off the probes' port when the ports differ", async () => {
    const probe = await startHttpServer({
      metricsPort: 0,
      healthPort: 0,
      healthy: () => undefined,
      ready: () => undefined,
      metrics: async () => "",
    });
    const free = probe.healthPort;
    await probe.close();
    const { metricsPort, healthPort } = await aServer({ healthPort: free });
    expect(healthPort).toBe(free);
    expect((await get(healthPort, "/metrics"))[0]).toBe(404);
    expect((await get(metricsPort, "/healthz"))[0]).toBe(404);
    expect((await get(metricsPort, "/metrics"))[0]).toBe(200);
  });

  it("refuses other paths and methods, and survives metrics that fail", async () => {
    const { metricsPort } = await aServer({ metrics: () => Promise.reject(new Error("broken")) });
    expect((await get(metricsPort, "/"))[0]).toBe(404);
    expect((await get(metricsPort, "/healthz", "POST"))[0]).toBe(404);
    expect((await get(metricsPort, "/metrics"))[0]).toBe(500);
    expect((await get(metricsPort, "/healthz"))[0]).toBe(200);
  });

  it("rejects when the port is taken", async () => {
    const { metricsPort } = await aServer();
    await expect(
      startHttpServer({
        metricsPort,
        healthPort: metricsPort,
        healthy: () => undefined,
        ready: () => undefined,
        metrics: async () => "",
      }),
    ).rejects.toThrow("EADDRINUSE");
  });
});
