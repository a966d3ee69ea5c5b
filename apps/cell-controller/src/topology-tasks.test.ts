import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TaskContext } from "@multigres/controller-kit";
import { describe, expect, onTestFinished, test } from "vitest";
import { claimInputOf, registerInputOf } from "./registration.ts";
import { type Settings, settings } from "./settings.ts";
import { aCellWithTopoServer } from "./testing/builders.ts";
import { claimRoot, registerCell } from "./topology-tasks.ts";

const cell = aCellWithTopoServer();
const claimInput = claimInputOf(cell) ?? expect.fail("no server of its own");

function contextOf(environment: Readonly<Record<string, string>>): TaskContext<Settings> {
  const log = {} as TaskContext["log"];
  const { signal } = new AbortController();
  return { settings: settings.parse(environment), kubernetesCluster: "k1", signal, log };
}

interface Transaction {
  readonly success?: readonly { readonly request_put?: { readonly key: string; readonly value: string } }[];
}

/** An empty etcd, or one that answers everything with this. Gives the keys that are written, with JSON values parsed. */
async function anEtcd(answer?: { readonly status: number; readonly body: unknown }) {
  const written: Record<string, unknown> = {};
  const answerTo = (text: string) => {
    const operations = (JSON.parse(text) as Transaction).success ?? [];
    for (const { request_put: put } of operations) {
      if (put) written[decode(put.key)] = decode(put.value);
    }
    const responses = operations.map(({ request_put }) =>
      request_put ? { response_put: {} } : { response_range: {} },
    );
    return { header: { revision: "1" }, succeeded: true, responses };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.statusCode = answer?.status ?? 200;
      response.end(JSON.stringify(answer?.body ?? answerTo(Buffer.concat(chunks).toString())));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { written, context: contextOf({ DIAL_OVERRIDES: `*.svc=127.0.0.1:${port}/{host}` }) };
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString();
}

const host = (address: string) => address.replace(":2379", "");

describe("claiming and registering", () => {
  test("write below the roots of the cell's own server and of the global one, on behalf of the cluster", async () => {
    const { written, context } = await anEtcd();
    expect(await claimRoot.perform(claimInput, context)).toEqual({ result: "done" });
    const own = `/${host(claimInput.place.server.address)}/multigres/us-east-1b`;
    expect(Object.keys(written)).toEqual([`${own}/multigres-operator/claims/cell`]);
    expect(JSON.parse(String(written[`${own}/multigres-operator/claims/cell`]))).toEqual({
      owner: {
        kubernetesCluster: "k1",
        namespace: "example",
        name: "example-multigres-cluster",
        uid: "cluster-uid",
      },
      cell: "us-east-1b",
    });
    const input = registerInputOf(cell);
    expect(await registerCell.perform(input, context)).toEqual({ result: "done" });
    expect(Object.keys(written)).toContain(
      `/${host(input.place.server.address)}/multigres/global/cells/us-east-1b/Cell`,
    );
  });

  test.each([
    ["etcd's", { status: 403, body: { code: 7, message: "etcdserver: permission denied" } }, "permission denied"],
    ["not even an etcd's", { status: 404, body: "404 page not found" }, "isn't from etcd's JSON gateway"],
  ])("are refused for a person to see, when the answer is %s refusal", async (_what, answer, message) => {
    const { context } = await anEtcd(answer);
    const refused = { result: "refused", message: expect.stringContaining(message) };
    expect(await claimRoot.perform(claimInput, context)).toEqual(refused);
    expect(await registerCell.perform(registerInputOf(cell), context)).toEqual(refused);
  });

  test("are refused when certificates aren't mounted", async () => {
    const server = { address: "etcd:2379", tlsSecretRef: { name: "etcd-client" } };
    expect(
      await claimRoot.perform(
        { ...claimInput, place: { ...claimInput.place, server } },
        contextOf({ TOPOLOGY_TLS_DIR: "/nowhere" }),
      ),
    ).toEqual({
      result: "refused",
      message: expect.stringContaining("mount a copy of Secret example/etcd-client"),
    });
  });

  test("fail, to be tried again, when nobody answers", async () => {
    const nowhere = contextOf({ DIAL_OVERRIDES: "*.svc=127.0.0.1:1" });
    await expect(claimRoot.perform(claimInput, nowhere)).rejects.toThrow("etcd can't be reached (127.0.0.1:1: ");
  });
});
