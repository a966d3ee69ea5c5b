import { CertificateAuthority } from "@multigres/tools/control-plane";
import { type ClientTls, createEtcdClient, type FailureKind } from "@multigres/topology";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Etcd, patience, startEtcd } from "./etcd.ts";

const authority = await CertificateAuthority.create();
const stranger = await CertificateAuthority.create();
const strangersClient = await stranger.issue({ commonName: "x", usages: ["client"] });
const client = await authority.issue({ commonName: "operator", usages: ["client"] });
const server = await authority.issue({
  commonName: "etcd",
  ipAddresses: ["127.0.0.1"],
  dnsNames: ["etcd.default.svc"],
  usages: ["server", "client"],
});

let etcd: Etcd;
let plain: Etcd;
beforeAll(async () => {
  etcd = await startEtcd({ server, clientAuthority: authority.cert });
  plain = await startEtcd();
});
afterAll(async () => {
  await etcd?.stop();
  await plain?.stop();
});

const read = async (address: string, tls?: ClientTls, dialled = address) => {
  const retry = { rounds: 1, baseMs: 0, maxMs: 0 };
  const overrides = dialled === address ? [] : [{ pattern: address, address: dialled, prefix: "" }];
  const connection = createEtcdClient({ addresses: [address], tls, ...patience, retry, dialOverrides: overrides });
  try {
    return await connection.read([{ key: "/a" }]);
  } finally {
    connection.close();
  }
};

describe("TLS towards etcd", () => {
  const good = { ca: authority.cert, ...client };

  it("works with an authority and a client certificate", async () => {
    await expect(read(etcd.address, good)).resolves.toMatchObject({ ranges: [[]] });
  });

  it("checks the name that was asked for, not the one that is dialled", async () => {
    await expect(read("etcd.default.svc:2379", good, etcd.address)).resolves.toMatchObject({ ranges: [[]] });
    await expect(read("other.default.svc:2379", good, etcd.address)).rejects.toMatchObject(failure("tls"));
  });

  it.each<[string, ClientTls | undefined]>([
    ["no client certificate", { ca: authority.cert }],
    ["a client certificate of someone else", { ca: authority.cert, ...strangersClient }],
    ["an authority that isn't the server's", { ca: stranger.cert, ...client }],
    ["only the authorities that everybody trusts", client],
  ])("says that it fails for TLS with %s", async (_, tls) => {
    await expect(read(etcd.address, tls)).rejects.toMatchObject(failure("tls"));
  });

  it("asks whether TLS is missing when etcd cuts the connection", async () => {
    const message = expect.stringContaining("an etcd with TLS does that to a client without");
    await expect(read(etcd.address)).rejects.toMatchObject({ failures: [{ kind: "network", message }] });
  });

  it("names the certificate with which etcd's own gateway can't reach it, and works with another", async () => {
    const onlyServer = await authority.issue({ commonName: "etcd", ipAddresses: ["127.0.0.1"], usages: ["server"] });
    const broken = await startEtcd({ server: onlyServer, clientAuthority: authority.cert });
    const mended = await startEtcd({ server: onlyServer, clientAuthority: authority.cert, gateway: client });
    try {
      const message = expect.stringContaining("clientAuth");
      await expect(read(broken.address, good)).rejects.toMatchObject({ failures: [{ kind: "unavailable", message }] });
      await expect(read(mended.address, good)).resolves.toMatchObject({ ranges: [[]] });
    } finally {
      await broken.stop();
      await mended.stop();
    }
  });

  it("fails for TLS when etcd has none", async () => {
    await expect(read(plain.address, good)).rejects.toMatchObject(failure("tls"));
  });

  it("needs nothing but the authority when etcd asks for no certificate", async () => {
    const open = await startEtcd({
      server: await authority.issue({ commonName: "etcd", ipAddresses: ["127.0.0.1"], usages: ["server"] }),
    });
    try {
      await expect(read(open.address, { ca: authority.cert })).resolves.toMatchObject({ ranges: [[]] });
    } finally {
      await open.stop();
    }
  });
});

function failure(kind: FailureKind) {
  return { name: "UnreachableError", failures: [{ kind }] };
}
