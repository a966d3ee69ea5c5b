import { afterEach, describe, expect, it } from "vitest";
import { FakeApiServer } from "../testing/index.ts";
import { createTransport, type Transport } from "./transport.ts";

const path = "/api/v1/namespaces/a/configmaps";
const body = JSON.stringify({ kind: "ConfigMap", metadata: { name: "one" } });

const open: (FakeApiServer | Transport)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

describe("a transport that must ask before it writes", () => {
  it("sends reads and allowed writes, and nothing once it is forbidden", async () => {
    const server = await FakeApiServer.start();
    let allowed = true;
    let asked = 0;
    const transport = createTransport({
      access: server.access,
      userAgent: "test",
      assertMayWrite: () => {
        asked += 1;
        if (!allowed) throw new Error("not leading");
      },
    });
    open.push(server, transport);
    const write = (name: string) =>
      transport.request({ method: "POST", verb: "create", path, body: body.replace("one", name), idempotent: true });
    await write("one");
    allowed = false;
    await expect(write("two")).rejects.toMatchObject({ code: 0, reason: "Aborted" });
    const list = await transport.request({ method: "GET", verb: "list", path, idempotent: true });
    expect(list).toMatchObject({ items: [{ metadata: { name: "one" } }] });
    expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    // Once per write: what is forbidden isn't tried again.
    expect(asked).toBe(2);
  });
});
