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
