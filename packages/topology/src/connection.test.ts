import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { connectTopology, topologySettings, type TopologySettings } from "./connection.ts";
import { InvalidSettingError } from "./errors.ts";

const settings = z.object(topologySettings);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "topology-tls-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function mounted(secret: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, secret), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, secret, file), text);
}

const reference = { address: "etcd:2379", tlsSecretRef: { name: "etcd-client" } };
const withFiles = (): TopologySettings => settings.parse({ TOPOLOGY_TLS_DIR: folder });

describe("settings", () => {
  it("have defaults", () => {
    expect(settings.parse({})).toEqual({ DIAL_OVERRIDES: [], TOPOLOGY_TLS_DIR: "/etc/multigres/topology-tls" });
  });

  it("read DIAL_OVERRIDES, and say which entry is wrong", () => {
    const override = { pattern: "*.svc", address: "127.0.0.1:1", prefix: "/{host}" };
    expect(settings.parse({ DIAL_OVERRIDES: "*.svc=127.0.0.1:1/{host}" }).DIAL_OVERRIDES).toEqual([override]);
    const wrong = settings.safeParse({ DIAL_OVERRIDES: "a=b:1,nonsense" });
    expect(wrong.error?.issues).toMatchObject([
      { path: ["DIAL_OVERRIDES"], message: expect.stringContaining('"nonsense"') },
    ]);
  });
});

describe("a connection", () => {
  it("is the same for all who ask for the same server", async () => {
    const one = withFiles();
    const client = await connectTopology({ address: "a:1, b:1" }, "n1", one);
    expect(await connectTopology({ address: "a:1,b:1" }, "n2", one)).toBe(client);
    expect(await connectTopology({ address: "b:1" }, "n1", one)).not.toBe(client);
    expect(await connectTopology({ address: "a:1,b:1" }, "n1", withFiles())).not.toBe(client);
  });

  it("isn't made to an address that is none", async () => {
    await expect(connectTopology({ address: "nonsense" }, "n1", withFiles())).rejects.toThrow(InvalidSettingError);
    await expect(connectTopology({ address: " , " }, "n1", withFiles())).rejects.toThrow(InvalidSettingError);
  });

  it("dials what DIAL_OVERRIDES says", async () => {
    const paths: string[] = [];
    const server = await listening((path) => paths.push(path));
    const { port } = server.address() as AddressInfo;
    const client = await connectTopology(
      { address: "x-client.n1.svc:2379" },
      "n1",
      settings.parse({ DIAL_OVERRIDES: `*-client.*.svc=127.0.0.1:${port}` }),
    );
    await client.read([{ key: "/k" }]);
    expect(paths).toEqual(["/v3/kv/txn"]);
    client.close();
    server.close();
  });

  it.each([
    ["nothing is mounted", undefined, "tls.crt"],
    ["a file is missing", { "tls.crt": "c", "ca.crt": "a" }, "tls.key"],
  ])("says what to mount where, when %s", async (_what, files, missing) => {
    if (files) await mounted("n1.etcd-client", files);
    const connecting = connectTopology(reference, "n1", withFiles());
    await expect(connecting).rejects.toThrow(InvalidSettingError);
    await expect(connecting).rejects.toThrow(
      `${join(folder, "n1.etcd-client", missing)} can't be read (ENOENT): controllers read no Secrets, so mount a copy of Secret n1/etcd-client, with tls.crt, tls.key and ca.crt, at ${join(folder, "n1.etcd-client")}`,
    );
  });

  it("takes certificates of its own namespace's Secret only, and shows none of it when they can't be used", async () => {
    await mounted("n1.etcd-client", { "tls.crt": "secret-c", "tls.key": "secret-k", "ca.crt": "secret-a" });
    await expect(connectTopology(reference, "n2", withFiles())).rejects.toThrow("n2/etcd-client");
    const connecting = connectTopology(reference, "n1", withFiles());
    await expect(connecting).rejects.toThrow("the certificate authority for etcd can't be used");
    await expect(connecting).rejects.not.toThrow("secret-");
  });
});

/** Answers every transaction as an empty etcd does. */
async function listening(seen: (path: string) => void): Promise<Server> {
  const server = createServer((request, response) => {
    seen(request.url ?? "");
    response.end('{"header":{"revision":"1"},"succeeded":true,"responses":[{"response_range":{}}]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
