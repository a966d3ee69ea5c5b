import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cell, MultigresCluster } from "@multigres/api-types";
import { type KubernetesObject, kinds } from "@multigres/controller-kit";
import { CertificateAuthority } from "@multigres/tools/control-plane";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { leanDemo, leanStd } from "../fixtures/demo.ts";
import { small, type Wishes } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, oneWarning, settled } from "../support/observing.ts";
import { cellBytes, plant, stored, uproot } from "../support/topology.ts";
import { unchangedDemo } from "../support/unchanged.ts";
import { type Etcd, startEtcd } from "../topology/etcd.ts";

const cluster = sharedCluster();
/** Of the tests alone, so that it may go away. */
let etcd: Etcd;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd?.stop());

const cell = (namespace: string, name: string) => cluster.api.get(kinds.Cell, { namespace, name });
const root = (namespace: string, name = "small") => cluster.api.get(kinds.MultigresCluster, { namespace, name });

function registered(object: KubernetesObject) {
  const { status, reason, message } = condition(object, "Registered") ?? {};
  return { status, reason, message };
}

async function deployments(namespace: string): Promise<string[]> {
  const { items } = await cluster.api.list(kinds.Deployment, { namespace });
  return items.map(({ metadata }) => metadata?.name ?? "").filter((name) => name.includes("gateway"));
}

/** Of the pool, which a cell doesn't wait for. */
const withoutPods: Wishes = { pods: 0 };

type OwnServer = { readonly rootPath: string; readonly external: { readonly address: string } };

/** A small cluster whose cell has a topology server of its own that somebody else runs. */
function withOwnServer(
  namespace: string,
  topoServer: OwnServer,
  { registerCell = true, ...wishes }: Wishes & { readonly registerCell?: boolean } = {},
): MultigresCluster {
  const made = small(namespace, wishes);
  for (const { spec } of made.spec.cells)
    Object.assign(spec ?? {}, { topoServer, topologyReconciliation: { registerCell } });
  return made;
}

describe("a cell's record", () => {
  it("leads to the global topology server, or to the cell's own after that was claimed, byte for byte", async () => {
    const namespace = await unchangedDemo(cluster);
    const [own] = (await cluster.api.list(kinds.TopoServer, { namespace })).items.filter(
      ({ spec }) => spec.cell === "z2",
    );
    const globalHost = `demo-global-client.${namespace}.svc`;
    const ownHost = `${own?.metadata.name}-client.${namespace}.svc`;
    const global = await stored(cluster.topology, `/${globalHost}/multigres/global/`);
    expect(global["cells/z1/Cell"]).toEqual(cellBytes("z1", [`${globalHost}:2379`], "/multigres/global"));
    expect(global["cells/z2/Cell"]).toEqual(cellBytes("z2", [`${ownHost}:2379`], "/multigres/z2"));
    const { uid } = (await root(namespace, "demo")).metadata;
    expect(JSON.parse(String(global["multigres-operator/claims/global"]))).toMatchObject({
      owner: { namespace, name: "demo", uid, kubernetesCluster: expect.stringMatching(/^[0-9a-f]{24}$/) },
    });
    const claims = await stored(cluster.topology, `/${ownHost}/multigres/z2/`);
    expect(Object.keys(claims)).toEqual(["multigres-operator/claims/cell"]);
    expect(JSON.parse(String(claims["multigres-operator/claims/cell"]))).toMatchObject({ cell: "z2", owner: { uid } });
    for (const name of ["demo-z1", "demo-z2"]) {
      expect(registered(await cell(namespace, name))).toMatchObject({ status: "True", reason: "Registered" });
    }
  });

  it("follows the spec when the cell's own server goes", async () => {
    const namespace = await cluster.namespace("moved");
    const rootPath = `/${namespace}/z1`;
    const records = () => stored(cluster.topology, `/small-global-client.${namespace}.svc/multigres/global/cells/`);
    await cluster.apply(withOwnServer(namespace, { rootPath, external: { address: etcd.address } }));
    await settled(cluster, namespace, "small");
    expect(await records()).toEqual({ "z1/Cell": cellBytes("z1", [etcd.address], rootPath) });
    const global = `small-global-client.${namespace}.svc:2379`;
    await cluster.apply(small(namespace));
    await eventually(async () =>
      expect(await records()).toEqual({ "z1/Cell": cellBytes("z1", [global], "/multigres/global") }),
    );
    await settled(cluster, namespace, "small");
  });
});

describe("a gateway", () => {
  it("case 46: of a cell with a topology server of its own is created once the cell is registered, and status says what it waits for; without one it uses the global one", async () => {
    const namespace = await cluster.namespace("case46");
    const rootPath = `/${namespace}/z2`;
    await etcd.component.kill();
    try {
      await cluster.apply(
        leanStd(undefined, namespace),
        leanDemo(({ spec }) => {
          const second = spec.cells[1]?.spec;
          if (second) second.topoServer = { rootPath, external: { address: etcd.address } };
        }, namespace),
      );
      const why = `Deployment demo-z2-gateway is created once the cell is registered; External topology server ${etcd.address}: etcd can't be reached (${etcd.address}: the connection is refused)`;
      await eventually(async () => {
        expect(await deployments(namespace)).toEqual(["demo-z1-gateway"]);
        const waiting = await cell(namespace, "demo-z2");
        expect(waiting.status).toMatchObject({ gatewayAvailable: "False", topoServerAvailable: "False" });
        expect(registered(waiting)).toMatchObject({ status: "Unknown", reason: "TopologyUnreachable" });
        expect(condition(waiting, "Available")).toMatchObject({ reason: "TopologyUnreachable", message: why });
        const available = condition(await root(namespace, "demo"), "Available");
        expect(available).toMatchObject({ status: "False", message: expect.stringContaining(`Cell demo-z2: ${why}`) });
        expect(registered(await cell(namespace, "demo-z1"))).toMatchObject({ status: "True" });
      });
      await always(async () => expect(await deployments(namespace)).toEqual(["demo-z1-gateway"]));
    } finally {
      await etcd.component.start();
    }
    await settled(cluster, namespace);
    const created = await Promise.all(
      ["demo-z1-gateway", "demo-z2-gateway"].map((name) => cluster.api.get(kinds.Deployment, { namespace, name })),
    );
    const argsOf = (of: (typeof created)[number] | undefined) => of?.spec?.template.spec?.containers[0]?.args;
    const global = [
      `--topo-global-server-addresses=demo-global-client.${namespace}.svc:2379`,
      "--topo-global-root=/multigres/global",
    ];
    expect(argsOf(created[0])).toEqual(expect.arrayContaining(["--cell=z1", ...global]));
    expect(argsOf(created[1])).toEqual(expect.arrayContaining(["--cell=z2", ...global]));
    const { status } = await cell(namespace, "demo-z2");
    expect(status).toMatchObject({ gatewayAvailable: "True", topoServerAvailable: "True" });
    const records = await stored(cluster.topology, `/demo-global-client.${namespace}.svc/multigres/global/cells/`);
    expect(records["z2/Cell"]).toEqual(cellBytes("z2", [etcd.address], rootPath));
  });

  it("stays, and follows the spec, while etcd is away; Registered says so, and recovers", async () => {
    const namespace = await cluster.namespace("away");
    await cluster.apply(
      withOwnServer(namespace, { rootPath: `/${namespace}/z1`, external: { address: etcd.address } }),
    );
    await settled(cluster, namespace, "small");
    const before = await cluster.api.get(kinds.Deployment, { namespace, name: "small-z1-gateway" });
    await etcd.component.kill();
    try {
      await eventually(async () => {
        const left = await cell(namespace, "small-z1");
        expect(registered(left)).toEqual({
          status: "Unknown",
          reason: "TopologyUnreachable",
          message: `External topology server ${etcd.address}: etcd can't be reached (${etcd.address}: the connection is refused)`,
        });
        expect(left.status).toMatchObject({ gatewayAvailable: "True", topoServerAvailable: "False" });
      });
      const bigger = withOwnServer(namespace, { rootPath: `/${namespace}/z1`, external: { address: etcd.address } });
      for (const { spec } of bigger.spec.cells) Object.assign(spec?.multiGateway?.static ?? {}, { replicas: 2 });
      await cluster.apply(bigger);
      await eventually(async () => {
        const { metadata, spec } = await cluster.api.get(kinds.Deployment, { namespace, name: "small-z1-gateway" });
        expect(metadata?.uid).toBe(before.metadata?.uid);
        expect(spec?.replicas).toBe(2);
      });
    } finally {
      await etcd.component.start();
    }
    await eventually(async () => {
      expect(registered(await cell(namespace, "small-z1"))).toMatchObject({ status: "True" });
    });
    await settled(cluster, namespace, "small");
  });

  it("that crashed before its cell was registered is replaced once, when it is", async () => {
    const namespace = await cluster.namespace("stuck");
    const crashing = (registerCell: boolean) => {
      const topoServer = { rootPath: `/${namespace}/z1`, external: { address: etcd.address } };
      const made = withOwnServer(namespace, topoServer, { registerCell, ...withoutPods });
      made.spec.images = { multigateway: "multigres/multigres:crash" };
      return made;
    };
    const pods = async () => {
      const labelSelector = "app.kubernetes.io/component=multigateway";
      const { items } = await cluster.api.list(kinds.Pod, { namespace, labelSelector });
      expect(items).toHaveLength(1);
      const [{ metadata, status } = {}] = items;
      expect(status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe("CrashLoopBackOff");
      return metadata?.uid;
    };
    await cluster.apply(crashing(false));
    const old = await eventually(pods);
    // Ages are told in whole seconds.
    await always(async () => expect(await pods()).toBe(old), 1_500);
    await cluster.apply(crashing(true));
    const replaced = await eventually(async () => {
      const uid = await pods();
      expect(uid).not.toBe(old);
      return uid;
    });
    await always(async () => expect(await pods()).toBe(replaced));
  });
});

describe("a cell that somebody else registers", () => {
  it("gets its gateway at once, whatever its topology does, and no record", async () => {
    const namespace = await cluster.namespace("notours");
    const nowhere = { rootPath: `/${namespace}/z1`, external: { address: "127.0.0.1:1" } };
    await cluster.apply(withOwnServer(namespace, nowhere, { registerCell: false }));
    await settled(cluster, namespace, "small");
    const left = await cell(namespace, "small-z1");
    expect(registered(left)).toMatchObject({ status: "Unknown", reason: "RegistrationNotWanted" });
    expect(left.status).toMatchObject({ gatewayAvailable: "True", topoServerAvailable: "Unknown" });
    const records = await stored(cluster.topology, `/small-global-client.${namespace}.svc/multigres/global/cells/`);
    expect(records).toEqual({});
  });
});

describe("what belongs to somebody else", () => {
  it("is a record, which is named and left alone until a person deletes it", async () => {
    const namespace = await cluster.namespace("foreign");
    const folder = `/small-global-client.${namespace}.svc/multigres/global/cells/`;
    const theirs = cellBytes("z1", ["elsewhere:2379"], "/theirs");
    await plant(cluster.topology, `${folder}z1/Cell`, theirs);
    await cluster.apply(small(namespace));
    await eventually(async () => {
      const refused = await cell(namespace, "small-z1");
      expect(registered(refused)).toEqual({
        status: "False",
        reason: "TopologyConflict",
        message:
          "Key /multigres/global/cells/z1/Cell in etcd was written by someone else and is left alone: delete it if nobody needs it",
      });
      expect(condition(refused, "Stalled")).toMatchObject({ status: "True", reason: "TopologyConflict" });
      const { message } = condition(await root(namespace), "Available") ?? {};
      expect(message).toMatch(
        /Cell small-z1: Deployment small-z1-gateway is created once .*cells\/z1\/Cell in etcd was/,
      );
    });
    expect(await deployments(namespace)).toEqual([]);
    await oneWarning(cluster, namespace, { kind: "Cell", name: "small-z1" }, "TopologyConflict");
    expect(await stored(cluster.topology, folder)).toEqual({ "z1/Cell": theirs });
    await uproot(cluster.topology, `${folder}z1/`);
    await settled(cluster, namespace, "small");
    expect(registered(await cell(namespace, "small-z1"))).toMatchObject({ status: "True" });
  });

  it("is an external root that a cell of another cluster uses", async () => {
    const [first, second] = [await cluster.namespace("first"), await cluster.namespace("second")];
    const shared = { rootPath: `/${first}/shared`, external: { address: etcd.address } };
    await cluster.apply(withOwnServer(first, shared, withoutPods));
    await eventually(async () => expect(registered(await cell(first, "small-z1"))).toMatchObject({ status: "True" }));
    const claimed = await stored(etcd.address, `${shared.rootPath}/`);
    await cluster.apply(withOwnServer(second, shared, withoutPods));
    await eventually(async () => {
      const refused = registered(await cell(second, "small-z1"));
      expect(refused).toMatchObject({ status: "False", reason: "TopologyConflict" });
      expect(refused.message).toMatch(
        new RegExp(
          `Root path ${shared.rootPath} in etcd is in use by cell z1 of MultigresCluster ${first}/small \\(uid `,
        ),
      );
    });
    await always(async () => expect(await deployments(second)).toEqual([]), 1_000);
    expect(await stored(etcd.address, `${shared.rootPath}/`)).toEqual(claimed);
    expect(registered(await cell(first, "small-z1"))).toMatchObject({ status: "True" });
  });

  it("is an external global root that another cluster uses", async () => {
    const [first, second] = [await cluster.namespace("first"), await cluster.namespace("second")];
    const rootPath = `/${first}/global`;
    const withGlobal = (namespace: string) => {
      const made = small(namespace, withoutPods);
      made.spec.globalTopoServer = { rootPath, external: { address: etcd.address } };
      return made;
    };
    const isRegistered = (of: Cell) => registered(of).status;
    await cluster.apply(withGlobal(first));
    await eventually(async () => expect(isRegistered(await cell(first, "small-z1"))).toBe("True"));
    const records = await stored(etcd.address, `${rootPath}/cells/`);
    expect(records).toEqual({ "z1/Cell": cellBytes("z1", [etcd.address], rootPath) });
    await cluster.apply(withGlobal(second));
    await eventually(async () => {
      const refused = registered(await cell(second, "small-z1"));
      expect(refused).toMatchObject({ status: "False", reason: "TopologyConflict" });
      expect(refused.message).toContain(`in use by MultigresCluster ${first}/small (uid `);
    });
    expect(await deployments(second)).toEqual([]);
    expect(await stored(etcd.address, `${rootPath}/cells/`)).toEqual(records);
  });

  it("is an external root that another cell of the same cluster uses", async () => {
    const namespace = await cluster.namespace("cells");
    const topoServer = { rootPath: `/${namespace}/shared`, external: { address: etcd.address } };
    const made = withOwnServer(namespace, topoServer, withoutPods);
    const [first] = made.spec.cells;
    made.spec.cells.push({ name: "z2", spec: { ...first?.spec, zone: "z2" } });
    await cluster.apply(made);
    const states = await eventually(async () => {
      const cells = await Promise.all(["small-z1", "small-z2"].map((name) => cell(namespace, name)));
      const found = cells.map(registered);
      expect(new Set(found.map(({ status }) => status))).toEqual(new Set(["False", "True"]));
      return found;
    });
    const refused = states.find(({ status }) => status === "False");
    const winner = refused === states[0] ? "z2" : "z1";
    expect(refused?.message).toContain(`in use by cell ${winner} of MultigresCluster ${namespace}/small`);
    expect(await deployments(namespace)).toEqual([`small-${winner}-gateway`]);
  });
});

describe("an external server with TLS", () => {
  it("is refused with what to mount where, and used as soon as that is there", async () => {
    const namespace = await cluster.namespace("tls");
    const authority = await CertificateAuthority.create();
    const ipAddresses = ["127.0.0.1"];
    const server = await authority.issue({ commonName: "etcd", ipAddresses, usages: ["server", "client"] });
    const secured = await startEtcd({ server, clientAuthority: authority.cert });
    try {
      const external = { address: secured.address, tlsSecretRef: { name: "etcd-client" } };
      await cluster.apply(withOwnServer(namespace, { rootPath: "/z1", external }, withoutPods));
      const folder = join(inject("sharedOperator").topologyTls, `${namespace}.etcd-client`);
      await eventually(async () => {
        const refused = registered(await cell(namespace, "small-z1"));
        expect(refused).toMatchObject({ status: "False", reason: "RegistrationRefused" });
        expect(refused.message).toContain(`mount a copy of Secret ${namespace}/etcd-client`);
        expect(refused.message).toContain(folder);
      });
      const { cert, key } = await authority.issue({ commonName: "operator", usages: ["client"] });
      await mkdir(folder, { recursive: true });
      const files = { "tls.crt": cert, "tls.key": key, "ca.crt": authority.cert };
      await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
      await eventually(async () =>
        expect(registered(await cell(namespace, "small-z1"))).toMatchObject({ status: "True" }),
      );
      expect(await deployments(namespace)).toEqual(["small-z1-gateway"]);
    } finally {
      await secured.stop();
    }
  });
});
