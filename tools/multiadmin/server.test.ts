import { afterEach, expect, test } from "vitest";
import { multiadminControl } from "./control.ts";
import type { PodOfPool } from "./pods.ts";
import { type Multiadmin, startMultiadmin } from "./server.ts";

const cluster = { namespace: "ns", name: "c" };

function pod(index: number): PodOfPool {
  const flags = {
    cell: "z1",
    database: "db",
    "table-group": "default",
    shard: "0-inf",
    "service-id": "p-$(POD_INDEX)",
  };
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  return {
    metadata: { name: `pod-${index}`, uid: String(index), labels: { "apps.kubernetes.io/pod-index": String(index) } },
    spec: { containers: [{ name: "multipooler", args }] },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}

let multiadmin: Multiadmin;
afterEach(() => multiadmin.close());

const started = async (...pods: readonly PodOfPool[]) => (multiadmin = await startMultiadmin(async () => pods));

async function ask(path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${multiadmin.url}/at/c-multiadmin.ns.svc${path}`);
  return { status: answer.status, body: await answer.json() };
}

test("poolers are the pods under the names that their arguments give them, and one of two is the primary", async () => {
  await started(pod(0), pod(1));
  const { body } = await ask("/api/v1/poolers");
  expect(body).toMatchObject({
    poolers: [
      { id: { cell: "z1", name: "p-0" }, type: "PRIMARY" },
      { id: { cell: "z1", name: "p-1" }, type: "REPLICA" },
    ],
  });
  expect(await ask("/api/v1/poolers/z1/p-0/status")).toMatchObject({
    status: 200,
    body: { status: { poolerType: "PRIMARY", primaryStatus: { connectedFollowers: [{ name: "p-1" }] } } },
  });
});

test("one pod alone elects nobody", async () => {
  await started(pod(0));
  expect(await ask("/api/v1/poolers")).toMatchObject({ body: { poolers: [{ type: "REPLICA" }] } });
});

test("a script changes what is answered, and every question is remembered in order", async () => {
  await started(pod(0), pod(1));
  await multiadminControl(multiadmin.url).script(cluster, { shards: { db: { primary: "pod-1" } } });
  expect(await ask("/api/v1/poolers")).toMatchObject({ body: { poolers: [{ type: "REPLICA" }, { type: "PRIMARY" }] } });
  await ask("/api/v1/poolers/z1/p-1/status");
  const paths = ["/api/v1/poolers", "/api/v1/poolers/z1/p-1/status"];
  expect(multiadmin.requests).toEqual(paths.map((path) => ({ cluster, method: "GET", path, body: "" })));
  expect(await multiadminControl(multiadmin.url).requests(cluster)).toMatchObject(paths.map((path) => ({ path })));
});
