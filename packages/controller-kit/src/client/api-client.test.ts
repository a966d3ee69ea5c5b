import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiClient } from "../client.ts";
import { isConflict, isNotFound, isUnavailable } from "../errors.ts";
import { kinds } from "../kinds.ts";
import { FakeApiServer } from "../testing/index.ts";
import { createTransport, type Transport } from "../transport/transport.ts";
import { createApiClient } from "./api-client.ts";

let server: FakeApiServer;
let transport: Transport;
let client: ApiClient;

beforeEach(async () => {
  server = await FakeApiServer.start();
  transport = createTransport({
    access: server.access,
    userAgent: "test/0",
    retry: { firstDelayMs: 1, maxDelayMs: 2 },
  });
  client = createApiClient(transport);
});

afterEach(async () => {
  await transport.close();
  await server.close();
});

const one = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "a", name: "one" }, data: { x: "1" } };
const where = { namespace: "a", name: "one" };
const last = () => server.requests.at(-1);

it("creates, reads, replaces and deletes", async () => {
  const made = await client.create(kinds.ConfigMap, one);
  expect(last()).toMatchObject({ method: "POST", path: "/api/v1/namespaces/a/configmaps" });
  expect(await client.get(kinds.ConfigMap, where)).toEqual(made);
  const replaced = await client.replace(kinds.ConfigMap, { ...made, data: { x: "2" } });
  expect(last()).toMatchObject({ method: "PUT", path: "/api/v1/namespaces/a/configmaps/one" });
  expect(replaced.data).toEqual({ x: "2" });
  await client.delete(kinds.ConfigMap, where, { uid: made.metadata?.uid ?? "", propagationPolicy: "Orphan" });
  expect(JSON.parse(last()?.body ?? "")).toMatchObject({
    kind: "DeleteOptions",
    preconditions: { uid: made.metadata?.uid },
    propagationPolicy: "Orphan",
  });
  expect(await client.get(kinds.ConfigMap, where).catch(isNotFound)).toBe(true);
});

it("applies with force and the manager's name", async () => {
  await client.apply(kinds.Deployment, { apiVersion: "apps/v1", kind: "Deployment", metadata: where }, "me");
  expect(last()).toMatchObject({ method: "PATCH", path: "/apis/apps/v1/namespaces/a/deployments/one" });
  expect(last()?.query.toString()).toBe("fieldManager=me&force=true");
  expect(last()?.headers["content-type"]).toBe("application/apply-patch+yaml");
});

it("applies the status to its subresource", async () => {
  await client.create(kinds.Deployment, { metadata: where });
  await client.applyStatus(kinds.Deployment, { metadata: where, status: { replicas: 3 } }, "me");
  expect(last()?.path).toBe("/apis/apps/v1/namespaces/a/deployments/one/status");
  expect(server.objects.get("apps/v1/deployments", "a", "one")).toMatchObject({ status: { replicas: 3 } });
});

it("merges patches", async () => {
  await client.create(kinds.ConfigMap, one);
  const patched = await client.mergePatch(kinds.ConfigMap, where, { data: { x: null, y: "2" } });
  expect(patched.data).toEqual({ y: "2" });
  expect(last()?.headers["content-type"]).toBe("application/merge-patch+json");
});

it("lists items that say what they are, by selector and namespace", async () => {
  await client.create(kinds.ConfigMap, { ...one, metadata: { ...where, labels: { app: "x" } } });
  await client.create(kinds.ConfigMap, { ...one, metadata: { namespace: "b", name: "two" } });
  const { items, resourceVersion } = await client.list(kinds.ConfigMap, { labelSelector: "app=x" });
  expect(items).toMatchObject([{ apiVersion: "v1", kind: "ConfigMap", metadata: where }]);
  expect(resourceVersion).toBe(String(server.objects.version));
  expect((await client.list(kinds.ConfigMap, { namespace: "b", resourceVersion: "0" })).items).toHaveLength(1);
  expect(last()?.query.get("resourceVersion")).toBe("0");
});

describe("when nobody knows whether a write went through", () => {
  it.each<[string, () => Promise<unknown>, number]>([
    ["create isn't repeated", () => client.create(kinds.ConfigMap, { ...one, metadata: { ...where, name: "new" } }), 1],
    ["apply is", () => client.apply(kinds.ConfigMap, one, "me"), 2],
    ["merge patch is", () => client.mergePatch(kinds.ConfigMap, where, { data: { z: "1" } }), 2],
    ["replace without resourceVersion isn't", () => client.replace(kinds.ConfigMap, one), 1],
    ["delete without uid isn't", () => client.delete(kinds.ConfigMap, where), 1],
  ])("%s", async (_, write, requests) => {
    await client.create(kinds.ConfigMap, one);
    server.requests.length = 0;
    server.fail(() => true, "reset-after");
    const failures = await write().then(
      () => [],
      (error: unknown) => [error],
    );
    expect(failures.every(isUnavailable)).toBe(true);
    expect(server.requests).toHaveLength(requests);
  });

  it("replace with resourceVersion is, and says Conflict if the first one did", async () => {
    const made = await client.create(kinds.ConfigMap, one);
    server.fail(() => true, "reset-after");
    expect(await client.replace(kinds.ConfigMap, made).catch(isConflict)).toBe(true);
  });

  it("delete with uid is, and says NotFound if the first one did", async () => {
    const made = await client.create(kinds.ConfigMap, one);
    server.fail(() => true, "reset-after");
    expect(await client.delete(kinds.ConfigMap, where, { uid: made.metadata?.uid ?? "" }).catch(isNotFound)).toBe(true);
  });
});

it("rejects, and doesn't throw, on an object without a name", async () => {
  await expect(client.replace(kinds.ConfigMap, { kind: "ConfigMap" })).rejects.toThrow(TypeError);
});
