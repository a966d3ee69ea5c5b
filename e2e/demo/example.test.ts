import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { KubernetesObject } from "@multigres/controller-kit";
import { type Kubectl, runKubectl } from "@multigres/tools/control-plane";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { eventually } from "../support/eventually.ts";
import { isAlive, resultOf, runDemo, startDemo } from "./run-demo.ts";

const repository = join(import.meta.dirname, "../..");

interface PrintedStatus {
  readonly conditions: readonly object[];
  readonly databases: Readonly<Record<string, object>>;
}

/** The spec's status, but for what may differ: full conditions, more fields, and `servingWrites`, which nobody can know yet. */
function printedStatus() {
  const file = readFileSync(join(import.meta.dirname, "../fixtures/example-status.yaml"), "utf8");
  const { status } = parse(file) as { status: PrintedStatus };
  const databases = Object.entries(status.databases).map(([name, database]) => [
    name,
    { ...database, servingWrites: "Unknown" },
  ]);
  return {
    ...status,
    conditions: expect.arrayContaining(status.conditions.map((condition) => expect.objectContaining(condition))),
    databases: Object.fromEntries(databases) as PrintedStatus["databases"],
  };
}

/** Every `<Kind> <name>` that the spec's text prints as the head of an object of ours. */
function printedNames(): string[] {
  const spec = readFileSync(join(repository, "docs/spec/api-v1alpha1.md"), "utf8");
  const heads = spec.matchAll(/^kind: (\w+)\nmetadata:\n {2}name: "?([\w-]+)"?/gm);
  return [...heads].map(([, kind, name]) => `${kind} ${name}`);
}

// Each test starts a control plane and waits for a whole cluster.
describe("the demo of the spec's example", () => {
  it("ends well with --once, and its last line has the status that the spec prints", async () => {
    const finished = await runDemo(["--once", "--output", "json"]);
    expect(finished).toMatchObject({ code: 0 });
    const { clusters, objects, seconds } = resultOf(finished);
    expect(clusters).toMatchObject([
      {
        kind: "MultigresCluster",
        metadata: { namespace: "example", name: "example-multigres-cluster" },
        status: printedStatus(),
      },
    ]);
    expect(objects).toMatchObject({
      MultigresCluster: 1,
      Cell: 2,
      TopoServer: 2,
      TableGroup: 3,
      Shard: 3,
      // 3 + 1 etcd, 2 + 1 gateways, multiadmin, multiorch, and 6 + 7 + 2 in pools.
      Pod: 24,
    });
    expect(seconds).toBeGreaterThan(0);
    expect(finished.stdout.trimEnd().split("\n"), "everything else is on standard error").toHaveLength(1);
    expect(finished.stderr).toContain("starting a control plane");
    expect(finished.stderr).toMatch(/└─ Shard production-db-default-0 +6\/6 {2}Available/);
  });

  it("stays up until Ctrl-C for a person to look around, shows a pod that isn't ready, and leaves nothing behind", async () => {
    const demo = startDemo([]);
    await eventually(() => expect(demo.stdout()).toContain("Ctrl-C ends the control plane"));
    expect(demo.stdout()).toContain("status of example/example-multigres-cluster:\nobservedGeneration: 1\n");
    const kubectl = kubectlOf(demo.stdout());
    const get = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await kubectl(["get", ...args, "-n", "example", "-o", "json"]);
      if (code !== 0) throw new Error(stderr);
      return (JSON.parse(stdout) as { items: (KubernetesObject & { status: never })[] }).items;
    };

    const ours = await get("multigresclusters,shardtemplates,toposervers,cells,tablegroups,shards");
    const heads = ours.map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
    expect(printedNames()).toHaveLength(6);
    expect(heads).toEqual(expect.arrayContaining(printedNames()));
    const shards = ["production-db", "analytics-db", "custom-db"].map((name) => `Shard ${name}-default-0`);
    expect(heads.filter((head) => head.startsWith("Shard ")).sort()).toEqual(shards.sort());
    const topoServers = ours.filter(({ kind }) => kind === "TopoServer");
    const owners = topoServers.map(({ metadata }) => metadata?.ownerReferences?.[0]?.kind);
    expect(owners).toHaveLength(2);
    expect(new Set(owners)).toEqual(new Set(["MultigresCluster", "Cell"]));

    const [pod] = await get("pods", "-l", "multigres.com/database=production_db");
    const hold = ["annotate", "pod", pod?.metadata?.name ?? "", "multigres.com/test-ready=false", "-n", "example"];
    expect(await kubectl(hold)).toMatchObject({ code: 0 });
    await eventually(async () => {
      const [cluster] = await get("multigresclusters");
      expect(cluster?.status).toMatchObject({
        databases: { production_db: { desiredInstances: 6, readyInstances: 5 } },
      });
    });

    const started = await demo.descendants();
    // Two guardians, six programs of the control plane, five controllers.
    expect(started.length).toBeGreaterThanOrEqual(13);
    demo.signal("SIGINT");
    expect(await demo.exited).toBe(0);
    await eventually(() => {
      expect(started.filter(({ pid }) => isAlive(pid))).toEqual([]);
      expect(demo.leftovers()).toEqual([]);
    });
  });

  it("can be interrupted while the control plane starts, and leaves nothing behind", async () => {
    const demo = startDemo(["--once"]);
    const started = await eventually(async () => {
      const found = await demo.descendants();
      expect(found.map(({ command }) => command).join("\n")).toContain("kube-apiserver");
      return found;
    });
    demo.signal("SIGINT");
    expect(await demo.exited).toBe(130);
    await eventually(() => {
      expect(started.filter(({ pid }) => isAlive(pid))).toEqual([]);
      expect(demo.leftovers()).toEqual([]);
    });
  });
});

/** kubectl as the demo tells a person to call it. */
function kubectlOf(output: string): Kubectl {
  const [, kubeconfig = "", path = ""] = /KUBECONFIG=(\S+) (\S+) get multigres -A/.exec(output) ?? [];
  const home = dirname(kubeconfig);
  return (args, options) => runKubectl({ path, kubeconfig, home }, args, options);
}
