import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createEtcdClient } from "./client.ts";
import { createExchange } from "./exchange.ts";

describe("an address whose name isn't resolved in time", () => {
  it("fails as one whose name doesn't resolve: a resolver that is slow to say no is the usual cause", async () => {
    const exchange = createExchange(undefined, () => undefined);
    const client = createEtcdClient({
      addresses: ["main-client.ns.svc:2379"],
      requestTimeoutMs: 20,
      retry: { rounds: 1, baseMs: 1, maxMs: 1 },
      exchange,
    });
    await expect(client.read([{ key: "/k" }])).rejects.toMatchObject({
      name: "UnreachableError",
      failures: [{ kind: "dns", message: expect.stringContaining("set DIAL_OVERRIDES") as string }],
    });
  });
});

describe("a connection that is kept", () => {
  it("collects nothing, however many requests it carries", async () => {
    const server = createServer((_request, response) => void response.end("{}")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const sockets = new Set<Socket>();
    server.on("connection", (socket) => sockets.add(socket));
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const exchange = createExchange(undefined);
    try {
      for (let request = 0; request < 12; request++) {
        const signal = AbortSignal.timeout(5_000);
        await exchange({ address: { host: "127.0.0.1", port }, serverName: "e", path: "/", body: "{}", signal });
      }
      await setImmediate();
      expect(sockets.size).toBe(1);
      expect(warnings).toEqual([]);
    } finally {
      process.off("warning", note);
      exchange.close();
      server.close();
    }
  });
});
