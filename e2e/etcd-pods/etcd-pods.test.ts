import type { V1Pod, V1Service } from "@kubernetes/client-node";
import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { type CellRecord, createEtcdClient, type DesiredDatabase, globalTopology } from "@multigres/topology";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { volume } from "../fixtures/demo.ts";
import { etcdImage as published, small } from "../fixtures/small.ts";
import { requireDocker } from "../support/docker/docker.ts";
import { eventually } from "../support/eventually.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { patience } from "../topology/etcd.ts";
import { namesOf } from "./cluster-dns.ts";
import { type DockerNode, type RunningPod, startDockerNode } from "./docker-node.ts";
import { etcdImage } from "./etcd-image.ts";
import { handOver, type Member, membersAt, statusAt } from "./members.ts";

/** The first one is where the controllers find the topology. */
const names = ["small-global-0", "small-global-1", "small-global-2"] as const;
type Name = (typeof names)[number];
const [first, second] = names;

/**
 * The pods are those that kube-controller-manager made of topo-controller's StatefulSet. kwok only says that they run; here they do, as containers of one
 * network, where the names that the cluster's DNS would know are network aliases.
 */
describe("the etcd pods of a cluster, run as containers", () => {
  let node: DockerNode;
  let cluster: OwnCluster;
  let namespace: string;
  let image: string;
  let pods: readonly V1Pod[];
  let services: readonly V1Service[];
  let formed: readonly Member[];
  const running = new Map<Name, RunningPod>();

  beforeAll(async () => {
    await requireDocker();
    image = await etcdImage(published);
    node = await startDockerNode();
    cluster = await startOwnCluster({
      only: ["cluster-controller", "topo-controller", "cell-controller"],
      dialOverrides: `small-global-client.*.svc=${await client(first)}`,
    });
    namespace = await cluster.namespace("etcd");
    await cluster.apply(withThreeMembers());
    pods = await eventually(threePods);
    services = (await cluster.api.list(kinds.Service, { namespace })).items;
  });
  afterAll(async () => {
    await node?.end();
    await cluster?.stop();
  });

  it("form a quorum of the three", async () => {
    await Promise.all(names.map(run));
    await Promise.all(names.map(becomesReady));
    const url = (name: string, port: number) => `http://${name}.small-global-peer.${namespace}.svc:${port}`;
    // A member is ready a moment before it tells the others its name and serves clients.
    await eventually(async () => {
      formed = await membersAt(await client(first));
      expect(formed).toEqual(
        names.map((name) => ({
          id: expect.any(String),
          name,
          peerURLs: [url(name, 2380)],
          clientURLs: [url(name, 2379)],
        })),
      );
      for (const name of names) expect(await running.get(name)?.probe("liveness")).toBe(200);
    });
  });

  it("get the Cell and Database records of the cluster from its controllers", async () => {
    await eventually(async () => {
      for (const name of names) expect(await recordsAt(name)).toEqual({ z1: cell("z1"), db: database("db", "z1") });
    });
  });

  it("go on to take records when their leader is lost", async () => {
    await leads(second);
    await running.get(second)?.kill();
    await cluster.apply(withThreeMembers({ cell: "z2", database: "later" }));
    const all = { z1: cell("z1"), db: database("db", "z1"), z2: cell("z2"), later: database("later", "z2") };
    await eventually(async () => {
      for (const name of names.filter((each) => each !== second)) expect(await recordsAt(name)).toEqual(all);
    });
  });

  it("have the lost one back on its volume as the member that it was, with what was written meanwhile", async () => {
    await run(second);
    await becomesReady(second);
    await eventually(async () => {
      expect(await membersAt(await client(second))).toEqual(formed);
      expect((await statusAt(await client(second))).id).toBe(formed[1]?.id);
      expect(Object.keys(await recordsAt(second))).toEqual(["z1", "z2", "db", "later"]);
    });
  });

  it("come back with everything after all of them were lost; until a second one runs, the first is alive but not ready", async () => {
    const before = await recordsAt(first);
    await Promise.all([...running.values()].map((pod) => pod.kill()));
    await run(first);
    await eventually(async () => expect(await running.get(first)?.probe("liveness")).toBe(200));
    expect(await running.get(first)?.probe("readiness")).not.toBe(200);
    await run(second);
    await Promise.all([becomesReady(first), becomesReady(second)]);
    await eventually(async () => {
      expect(await membersAt(await client(second))).toEqual(formed);
      for (const name of [first, second]) expect(await recordsAt(name)).toEqual(before);
    });
  });

  function withThreeMembers(added?: { readonly cell: string; readonly database: string }): MultigresCluster {
    const made = small(namespace);
    made.spec.globalTopoServer = {
      managedSpec: { image: published, replicas: 3, dataVolumeClaimTemplate: volume("1Gi") },
    };
    if (added === undefined) return made;
    const { cell, database: name } = added;
    made.spec.cells.push({ name: cell, spec: { zone: cell, multiGateway: { static: { replicas: 1 } } } });
    const pool = { type: "replica", cell, replicas: 2, dataVolumeClaimTemplate: volume("1Gi") } as const;
    made.spec.databases?.push({ name, spec: { pools: [pool] } });
    return made;
  }

  async function threePods(): Promise<readonly V1Pod[]> {
    const { items } = await cluster.api.list(kinds.Pod, { namespace, labelSelector: "multigres.com/toposerver" });
    expect(new Set(items.map(({ metadata }) => metadata?.name))).toEqual(new Set(names));
    return items;
  }

  function client(name: Name): Promise<string> {
    return node.address(name, 2379);
  }

  async function run(name: Name): Promise<void> {
    const pod = pods.find(({ metadata }) => metadata?.name === name);
    if (pod === undefined) throw new Error(`there is no pod ${name}`);
    running.set(name, await node.run(pod, { image, names: namesOf(pod, services) }));
  }

  async function becomesReady(name: Name): Promise<void> {
    const pod = running.get(name);
    try {
      for (const probe of ["startup", "readiness"] as const) {
        await eventually(async () => expect(await pod?.probe(probe), `${probe} probe of ${name}`).toBe(200));
      }
    } catch (error) {
      throw new Error(`${(error as Error).message}; the end of its log:\n${pod?.logTail()}`, { cause: error });
    }
  }

  async function leads(name: Name): Promise<void> {
    const to = formed.find((member) => member.name === name)?.id ?? "";
    await eventually(async () => {
      const { leader } = await statusAt(await client(first));
      const old = names.find((each) => formed.find((member) => member.name === each)?.id === leader);
      if (old !== undefined && old !== name) await handOver(await client(old), to);
      expect((await statusAt(await client(first))).leader).toBe(to);
    });
  }

  /** Decoded; a member answers with what a quorum knows. */
  async function recordsAt(name: Name): Promise<Record<string, unknown>> {
    const kv = createEtcdClient({ addresses: [await client(name)], ...patience });
    try {
      const { metadata } = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "small" });
      const owner = { kubernetesCluster: "", namespace, name: "small", uid: metadata.uid ?? "" };
      const topology = globalTopology({ kv, root: "/multigres/global", owner });
      const { cells, databases } = await topology.listOwn();
      const found: Record<string, unknown> = {};
      for (const each of cells) found[each] = await topology.readCell(each);
      for (const each of databases) found[each] = await topology.readDatabase(each);
      return found;
    } finally {
      kv.close();
    }
  }

  function cell(name: string): CellRecord {
    return { name, serverAddresses: [`small-global-client.${namespace}.svc:2379`], root: "/multigres/global" };
  }

  function database(name: string, cell: string): DesiredDatabase {
    return {
      name,
      backupLocation: { kind: "filesystem", path: `/backups/${namespace}/small/${name}/default/0-inf` },
      cells: [cell],
      durabilityPolicy: {
        policyName: "AT_LEAST_2",
        quorumType: "AT_LEAST_N",
        requiredCount: 2,
        description: "At least 2 nodes must acknowledge",
      },
    };
  }
});
