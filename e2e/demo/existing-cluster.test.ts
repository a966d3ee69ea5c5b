import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlPlane, startControlPlane } from "@multigres/tools/control-plane";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demo as demoCluster, std } from "../fixtures/demo.ts";
import { eventually } from "../support/eventually.ts";
import { type Etcd, startEtcd } from "../topology/etcd.ts";
import { isAlive, resultOf, runDemo, startDemo } from "./run-demo.ts";

let plane: ControlPlane;
let folder: string;
/** Where the pods of a real cluster would have theirs. */
let etcd: Etcd;
/** As the kubeconfig of the control plane names it. */
const context = ["--context", "multigres-control-plane"];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "multigres-manifests-"));
  [plane, etcd] = await Promise.all([startControlPlane(), startEtcd()]);
});
afterAll(async () => {
  await Promise.all([plane?.stop(), etcd?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const env = () => ({ KUBECONFIG: plane.kubeconfig, DIAL_OVERRIDES: `*-client.*.svc=${etcd.address}/{host}` });

function file(name: string, object: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(object));
  return path;
}

/** A cluster of few pods. */
const small = (namespace: string, change: Parameters<typeof demoCluster>[0] = () => {}) =>
  demoCluster((cluster) => {
    cluster.spec.cells = [{ name: "z1", spec: { zone: "z1", multiGateway: { static: { replicas: 1 } } } }];
    cluster.spec.globalTopoServer = { managedSpec: { replicas: 1 } };
    cluster.spec.databases = [{ name: "db", spec: { pools: [{ type: "replica", cell: "z1", replicas: 2 }] } }];
    change(cluster);
  }, namespace);

async function clustersOf(namespace: string): Promise<string> {
  return (await plane.kubectl(["get", "multigresclusters", "-n", namespace, "-o", "name"])).stdout.trim();
}

describe("the demo on an existing cluster", () => {
  it("applies several files, makes their namespaces, and leaves the cluster there", async () => {
    const cluster = small("several", ({ spec }) => {
      spec.databases?.push({ name: "templated", spec: { shardTemplateRef: "std" } });
    });
    const template = std(({ spec }) => {
      spec.pools = spec.pools.slice(0, 1);
    }, "several");
    const files = [file("cluster.json", cluster), file("template.json", template)];
    const finished = await runDemo([...context, "--once", "--output", "json", "-f", ...files], env());
    expect(finished).toMatchObject({ code: 0 });
    expect(finished.stderr, "no control plane of its own").not.toContain("starting a control plane");
    const { clusters, objects } = resultOf(finished);
    expect(clusters).toMatchObject([
      {
        metadata: { namespace: "several", name: "demo" },
        status: { desiredInstances: 5, readyInstances: 5 },
      },
    ]);
    expect(objects).toMatchObject({ MultigresCluster: 1, Cell: 1, TopoServer: 1, TableGroup: 2, Shard: 2 });
    expect(await clustersOf("several")).toBe("multigrescluster.multigres.com/demo");
  });

  it("says which pods keep a cluster from being Available, and why, when the time is up", async () => {
    const unready = small("unready", ({ spec }) => {
      spec.images = { ...spec.images, multipooler: "multigres/multigres:notready" };
    });
    const other = small("crashing", ({ spec }) => {
      spec.images = { ...spec.images, multipooler: "multigres/multigres:crash" };
    });
    const files = [file("unready.json", unready), file("crashing.json", other)];
    const finished = await runDemo(
      [...context, "--once", "--timeout", "90", "--output", "json", "-f", ...files],
      env(),
    );
    expect(finished).toMatchObject({ code: 1 });
    const reasons = finished.stderr.slice(finished.stderr.indexOf("not Available after"));
    expect(reasons).toMatch(/^ {2}MultigresCluster unready\/demo: \w+: .*Shard db-default-0/m);
    expect(reasons).toMatch(/^ {2}Shard unready\/db-default-0: BelowQuorum: 0 of 2 pods are ready/m);
    for (const ordinal of [0, 1]) {
      expect(reasons).toMatch(
        new RegExp(
          `^  Pod unready/demo-db-replica-\\S+-${ordinal} isn't ready: container multipooler runs, but not ready$`,
          "m",
        ),
      );
      expect(reasons).toMatch(
        new RegExp(`^  Pod crashing/demo-db-replica-\\S+-${ordinal}, container multipooler: CrashLoopBackOff`, "m"),
      );
    }
    // What works is no reason, nor what belongs to others.
    expect(reasons).not.toMatch(/multiadmin|several/);
    expect(resultOf(finished).clusters.map(({ status }) => status?.readyInstances)).toEqual([0, 0]);
  });

  it("says how to reach topology servers, when it isn't told", async () => {
    const manifest = file("unreached.json", small("unreached"));
    const { KUBECONFIG } = env();
    const finished = await runDemo([...context, "--once", "--timeout", "80", "-f", manifest], { KUBECONFIG });
    expect(finished).toMatchObject({ code: 1 });
    expect(finished.stdout).toMatch(
      /Cell unreached\/demo-z1: TopologyUnreachable: .*demo-global-client\.unreached\.svc:2379: the name doesn't resolve; .* set DIAL_OVERRIDES/,
    );
  });

  it("passes on why the API server refuses a manifest", async () => {
    const refused = small("refused", ({ spec }) => {
      spec.databases?.push({
        name: "both",
        spec: { shardTemplateRef: "std", pools: [{ type: "replica", cell: "z1" }] },
      });
    });
    const finished = await runDemo([...context, "--once", "-f", file("refused.json", refused)], env());
    expect(finished).toMatchObject({ code: 2 });
    expect(finished.stderr).toMatch(
      /^the API server refuses the manifests:\n.*demo.* is invalid: .*shardTemplateRef.*pools/ms,
    );
    expect(finished.stderr).not.toContain("--once");
    expect(await clustersOf("refused")).toBe("");
  });

  it("ends with the log of a controller that has ended, and leaves no process behind", async () => {
    const demo = startDemo([...context, "-f", file("again.json", small("again"))], env());
    await eventually(() => expect(demo.stdout()).toContain("Ctrl-C ends the controllers"));
    const started = await demo.descendants();
    const victim = started.find(({ command }) => command.includes("apps/topo-controller/dist/main.mjs"));
    if (victim === undefined) throw new Error("no topo-controller runs");
    process.kill(victim.pid, "SIGKILL");
    expect(await demo.exited).toBe(1);
    expect(demo.stderr()).toMatch(/^topo-controller has ended with SIGKILL; the end of its log:\n\{.*topo-controller/);
    await eventually(() => expect(started.filter(({ pid }) => isAlive(pid))).toEqual([]));
    expect(await clustersOf("again")).toBe("multigrescluster.multigres.com/demo");
  });

  it("says so when the context doesn't exist", async () => {
    const finished = await runDemo(["--once", "--context", "nowhere"], env());
    expect(finished).toMatchObject({ code: 1, stdout: "" });
    expect(finished.stderr).toMatch(/^the cluster of context nowhere can't be reached: .*nowhere/);
  });
});
