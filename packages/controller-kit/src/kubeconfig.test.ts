import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KubeconfigError, loadKubeconfig } from "./kubeconfig.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly namespace?: string;
}

function fromParts(parts: () => Parts): (config: KubeConfig) => void {
  return (config) => {
    const { cluster, user, namespace } = parts();
    config.loadFromString(
      JSON.stringify({
        "current-context": "c",
        contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace } }],
        clusters: [{ name: "c", cluster: { server: "https://10.0.0.1:6443/", ...cluster } }],
        users: [{ name: "u", user: { ...user } }],
      }),
    );
  };
}

const pem = (text: string) => Buffer.from(text).toString("base64");

it("gives server, namespace, CA and token", async () => {
  const user = { token: "secret" };
  const cluster = { "certificate-authority-data": pem("the ca") };
  const access = loadKubeconfig({ load: fromParts(() => ({ user, cluster, namespace: "team" })) });
  expect(access.server).toBe("https://10.0.0.1:6443");
  expect(access.namespace).toBe("team");
  expect(await access.headers()).toEqual({ authorization: "Bearer secret" });
  expect(await access.tls()).toEqual({ ca: Buffer.from("the ca") });
  expect(access.authenticatesByCertificate()).toBe(false);
});

it("gives the client certificate, which lives on the connection", async () => {
  const user = { "client-certificate-data": pem("cert"), "client-key-data": pem("key") };
  const access = loadKubeconfig({ load: fromParts(() => ({ user })) });
  expect(await access.tls()).toEqual({ cert: Buffer.from("cert"), key: Buffer.from("key") });
  expect(await access.headers()).toEqual({});
  expect(access.authenticatesByCertificate()).toBe(true);
});

it("passes on what a kubeconfig says about verification", async () => {
  const cluster = { "insecure-skip-tls-verify": true, "tls-server-name": "kube" };
  const access = loadKubeconfig({ load: fromParts(() => ({ cluster })) });
  expect(await access.tls()).toEqual({ rejectUnauthorized: false, servername: "kube" });
});

describe("a token file", () => {
  it("is read again after a refusal, and by itself after a while", async () => {
    const file = join(dir, "token");
    writeFileSync(file, "first\n");
    let now = 0;
    const user = { "auth-provider": { name: "tokenFile", config: { tokenFile: file } } };
    const access = loadKubeconfig({ load: fromParts(() => ({ user })), now: () => now });
    const first = await access.headers();
    expect(first).toEqual({ authorization: "Bearer first" });
    writeFileSync(file, "second\n");
    expect(await access.headers()).toBe(first);
    access.refresh(first);
    const second = await access.headers();
    expect(second).toEqual({ authorization: "Bearer second" });
    access.refresh(first);
    expect(await access.headers()).toBe(second);
    writeFileSync(file, "third\n");
    now += 31_000;
    // client-node reads the file anew after a minute by the clock on the wall.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    try {
      expect(await access.headers()).toEqual({ authorization: "Bearer third" });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("an exec plug-in", () => {
  it("is asked again after a refusal, although its token had no end", async () => {
    const counter = join(dir, "count");
    const script = `
      const fs = require("node:fs");
      const count = fs.existsSync(${JSON.stringify(counter)}) ? Number(fs.readFileSync(${JSON.stringify(counter)})) + 1 : 1;
      fs.writeFileSync(${JSON.stringify(counter)}, String(count));
      console.log(JSON.stringify({ status: { token: "token-" + count } }));`;
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: ["-e", script] };
    const access = loadKubeconfig({ load: fromParts(() => ({ user: { exec } })) });
    const first = await access.headers();
    expect(first).toEqual({ authorization: "Bearer token-1" });
    expect(await access.headers()).toBe(first);
    access.refresh(first);
    expect(await access.headers()).toEqual({ authorization: "Bearer token-2" });
  });

  it("that fails is named", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", "process.exit(3)"],
    };
    const access = loadKubeconfig({ load: fromParts(() => ({ user: { exec } })) });
    await expect(access.headers()).rejects.toThrow(KubeconfigError);
  });
});

it("keeps what it has while the kubeconfig can't be read, for example because it is being written", async () => {
  let broken = false;
  const load = fromParts(() => {
    if (broken) throw new Error("half a file");
    return { user: { token: "one" } };
  });
  const access = loadKubeconfig({ load });
  const headers = await access.headers();
  broken = true;
  access.refresh(headers);
  expect(await access.headers()).toEqual(headers);
});

it.each<[string, (config: KubeConfig) => void, RegExp]>([
  ["no cluster", (config) => config.loadFromString("{}"), /names no cluster/],
  ["a proxy", fromParts(() => ({ cluster: { "proxy-url": "http://proxy:3128" } })), /proxy-url/],
  ["no sense", (config) => config.loadFromString("- ["), /can't read/],
])("refuses a kubeconfig with %s", (_, load, message) => {
  expect(() => loadKubeconfig({ load })).toThrow(message);
});
