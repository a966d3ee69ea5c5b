import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds, type ResourceKind } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleFile } from "../fixtures/example.ts";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { settled } from "../support/observing.ts";

const cluster = sharedCluster();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "multigres-apply-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The spec's example in a namespace of its own and with fewer pods, as a file that a user keeps. */
async function exampleIn(namespace: string): Promise<string> {
  const file = join(folder, `${namespace}.yaml`);
  const example = await readFile(exampleFile, "utf8");
  const own = example.replaceAll("namespace: example", `namespace: ${namespace}`);
  await writeFile(file, own.replaceAll("replicas: 3", "replicas: 1"));
  return file;
}

describe("kubectl apply", () => {
  it.each([
    ["client-side", []],
    ["server-side", ["--server-side"]],
  ])(
    "%s: kubectl wait returns when the cluster is there, and kubectl diff of what was applied is empty then",
    async (_, flags) => {
      const namespace = await cluster.namespace("apply");
      const file = await exampleIn(namespace);
      const applied = await cluster.kubectl(["apply", ...flags, "-f", file]);
      expect(applied.stderr).toBe("");
      const wait = (...what: readonly string[]) =>
        cluster.kubectl(["wait", "--timeout=120s", "-n", namespace, ...what]);
      const waited = await wait("--for=condition=Available", "mgc/example-multigres-cluster");
      expect(waited.stderr).toBe("");
      const everything = "toposervers,cells,tablegroups,shards,multigresclusters";
      expect(await wait("--for=condition=Ready", everything, "--all")).toMatchObject({ code: 0 });
      await settled(cluster, namespace, "example-multigres-cluster");
      // A status that is written while it reads is a difference, too.
      await eventually(async () =>
        expect(await cluster.kubectl(["diff", ...flags, "-f", file])).toEqual({ code: 0, stdout: "", stderr: "" }),
      );
      expect((await cluster.kubectl(["apply", ...flags, "-f", file])).stdout).not.toMatch(/configured|created/);
    },
  );
});

describe("fields that users and their tools apply", () => {
  const manager = "somebody";
  const edited = { gateways: 2, pods: 3, etcd: "quay.io/coreos/etcd:v3.5.18" };
  const added = { labels: { "example.com/team": "a" }, annotations: { "example.com/note": "kept" } };
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.namespace("fields");
    await cluster.apply(small(namespace));
    await settled(cluster, namespace, "small");
  });

  it("labels and annotations stay on children and workloads when the controllers write these objects again", async () => {
    const { items } = await cluster.api.list(kinds.StatefulSet, { namespace });
    const pool = items.find(({ metadata }) => metadata?.ownerReferences?.[0]?.name === "db-default-0");
    const objects: readonly [ResourceKind, string][] = [
      [kinds.Cell, "small-z1"],
      [kinds.TopoServer, "small-global"],
      [kinds.TableGroup, "db-default"],
      [kinds.Shard, "db-default-0"],
      [kinds.Deployment, "small-z1-gateway"],
      [kinds.StatefulSet, "small-global"],
      [kinds.StatefulSet, pool?.metadata?.name ?? ""],
    ];
    const read = () => Promise.all(objects.map(([kind, name]) => cluster.api.get(kind, { namespace, name })));
    for (const [kind, name] of objects) {
      const apiVersion = `${kind.group}/${kind.version}`;
      await cluster.api.apply(kind, { apiVersion, kind: kind.kind, metadata: { namespace, name, ...added } }, manager);
    }
    const before = await read();
    await cluster.apply(small(namespace, edited));
    await settled(cluster, namespace, "small");
    for (const [index, { kind, metadata }] of (await read()).entries()) {
      const what = `${kind} ${metadata?.name}`;
      expect(metadata, what).toMatchObject(added);
      expect(metadata?.generation, `${what} was written`).toBeGreaterThan(before[index]?.metadata?.generation ?? 0);
    }
  });

  it("kubectl rollout restart of a Deployment replaces its pods, and isn't undone", async () => {
    const name = "small-z1-gateway";
    const pods = async () => (await cluster.kubectl(["get", "pods", "-n", namespace, "-o", "name"])).stdout.split("\n");
    const before = (await pods()).filter((pod) => pod.includes(name));
    await cluster.kubectl(["rollout", "restart", "-n", namespace, `deployment/${name}`]);
    const status = ["rollout", "status", "-n", namespace, `deployment/${name}`, "--timeout=120s"];
    expect(await cluster.kubectl(status)).toMatchObject({ code: 0 });
    await eventually(async () => {
      const after = (await pods()).filter((pod) => pod.includes(name));
      expect(after).toHaveLength(before.length);
      expect(after.filter((pod) => before.includes(pod))).toEqual([]);
    });
    await settled(cluster, namespace, "small");
    const kept = (await cluster.api.get(kinds.Deployment, { namespace, name })) as {
      spec?: { template?: { metadata?: { annotations?: Record<string, string> } } };
    };
    expect(kept.spec?.template?.metadata?.annotations).toHaveProperty(["kubectl.kubernetes.io/restartedAt"]);
  });

  it("the cluster's own fields stay with those who applied them: a second applier adds what is his", async () => {
    const podLabels = { "example.com/cost": "b" };
    const applied = small(namespace, edited);
    applied.spec.multiadmin = { replicas: 1 };
    await cluster.apply(applied);
    const { apiVersion, kind, metadata } = applied;
    const mine = { apiVersion, kind, metadata, spec: { multiadmin: { podLabels } } };
    const apply = ["apply", "--server-side", "--field-manager", manager, "-f", "-"];
    expect(await cluster.kubectl(apply, { stdin: JSON.stringify(mine) })).toMatchObject({ code: 0 });
    await settled(cluster, namespace, "small");
    await cluster.apply(applied);
    const { spec } = await settled(cluster, namespace, "small");
    expect(spec.multiadmin).toMatchObject({ replicas: 1, podLabels });
  });
});
