import { beforeAll, describe, expect, it } from "vitest";
import { sharedCluster } from "../support/cluster.ts";
import { unchangedDemo } from "../support/unchanged.ts";

const cluster = sharedCluster();
let namespace: string;

beforeAll(async () => {
  namespace = await unchangedDemo(cluster);
});

/** What `kubectl get` prints: rows by name, each with its cells by the column's title. */
async function table(...args: readonly string[]): Promise<Record<string, Record<string, string>>> {
  const { code, stdout, stderr } = await cluster.kubectl(["get", ...args, "-n", namespace]);
  if (code !== 0) throw new Error(stderr);
  const blocks = stdout.trim().split(/\n\n+/);
  return Object.fromEntries(
    blocks.flatMap((block) => {
      const [head = "", ...rows] = block.split("\n");
      // Columns are padded with blanks to where their titles begin.
      const columns = [...head.matchAll(/\S+\s*/g)].map(({ 0: title, index }) => ({ title: title.trim(), index }));
      return rows.map((row): [string, Record<string, string>] => {
        const cells = columns.map(({ title, index }, i) => [title, row.slice(index, columns[i + 1]?.index).trim()]);
        const { NAME = "", ...others } = Object.fromEntries(cells) as Record<string, string>;
        return [NAME, others];
      });
    }),
  );
}

const age = expect.stringMatching(/^\d+[smh]/);
const full = (ready: number) => ({ AVAILABLE: "True", READY: `${ready}`, DESIRED: `${ready}`, AGE: age });

describe("kubectl", () => {
  it("case 62: get shows availability, ready counts and age of the cluster and of every child", async () => {
    const shown = await table("mgc,cells,tablegroups,shards,toposervers");
    const localTopoServer = Object.keys(shown).find((name) => name.startsWith("toposerver.multigres.com/demo-z2-"));
    const of = (plural: string, name: string) => `${plural}.multigres.com/${name}`;
    expect(shown).toEqual({
      [of("multigrescluster", "demo")]: { ...full(8), PROGRESSING: "False" },
      [of("cell", "demo-z1")]: expect.objectContaining(full(2)),
      [of("cell", "demo-z2")]: expect.objectContaining(full(1)),
      [of("tablegroup", "prod-db-default")]: expect.objectContaining({ ...full(6), DATABASE: "prod_db" }),
      [of("tablegroup", "tiny-db-default")]: expect.objectContaining({ ...full(2), DATABASE: "tiny_db" }),
      [of("shard", "prod-db-default-0")]: expect.objectContaining(full(6)),
      [of("shard", "tiny-db-default-0")]: expect.objectContaining(full(2)),
      [of("toposerver", "demo-global")]: full(3),
      [localTopoServer ?? "the local TopoServer"]: full(1),
    });
  });

  it("shows the whole tree's health with `get multigres`", async () => {
    const { code, stdout } = await cluster.kubectl(["get", "multigres", "-A"]);
    expect(code).toBe(0);
    for (const kind of ["multigrescluster", "shardtemplate", "toposerver", "cell", "tablegroup", "shard"]) {
      expect(stdout).toMatch(new RegExp(`^${namespace} +${kind}\\.multigres\\.com/`, "m"));
    }
    const heads = stdout.split("\n").filter((line) => line.startsWith("NAMESPACE"));
    expect(heads.filter((head) => / AVAILABLE .* READY .* DESIRED .* AGE/.test(head))).toHaveLength(5);
  });

  it("says why with -o wide", async () => {
    const wide = await table("mgc,shards", "-o", "wide");
    expect(wide["multigrescluster.multigres.com/demo"]?.["MESSAGE"]).toBe("All components are available.");
    expect(wide["shard.multigres.com/prod-db-default-0"]?.["MESSAGE"]).toBe("Shard is healthy and serving");
  });

  it("explains every field of a cluster, recursively and one by one", async () => {
    const whole = await cluster.kubectl(["explain", "multigrescluster.spec", "--recursive"]);
    expect(whole).toMatchObject({ code: 0, stderr: "" });
    for (const field of ["globalTopoServer", "shardTemplateRef", "resourceMultiplier", "dataVolumeClaimTemplate"]) {
      expect(whole.stdout).toMatch(new RegExp(`^ +${field}\\s+<`, "m"));
    }
    const one = await cluster.kubectl(["explain", "multigrescluster.spec.databases.spec.shardTemplateRef"]);
    expect(one.stdout).toMatch(/DESCRIPTION:\n +\S/);
  });
});
