import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Consumer, installPacked } from "./consumer.ts";

const example = join(import.meta.dirname, "../../deploy/examples/example.yaml");
const program = `
import { type MultigresCluster, type Pool, multigresCluster, parseQuantity } from "@multigres/api-types";

const pool: Pool = { type: "replica", cell: "z1", replicas: 3 };
const cluster: MultigresCluster = {
  apiVersion: "multigres.com/v1alpha1",
  kind: "MultigresCluster",
  metadata: { name: "demo", namespace: "default" },
  spec: { cells: [{ name: "z1" }], databases: [{ name: "db", spec: { pools: [pool] } }] },
};
const replicas: number | undefined = multigresCluster.parse(cluster).spec.databases?.[0]?.spec.pools?.[0]?.replicas;
console.log(replicas, parseQuantity("1Gi") !== undefined);
`;

describe("@multigres/api-types, packed and installed in an empty project", () => {
  let consumer: Consumer;
  beforeAll(async () => {
    consumer = await installPacked();
  });
  afterAll(() => consumer?.remove());

  it("holds what is built, and nothing of the sources", async () => {
    expect(consumer.packed).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "index.js", "index.d.ts", "schemas/multigres.json"]),
    );
    expect(consumer.packed.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
    expect(await consumer.read("package.json")).not.toContain("@multigres/source");
    expect(JSON.parse(await consumer.read("package.json"))).toMatchObject({
      dependencies: { zod: expect.any(String) },
    });
  });

  it.each([
    ["Node's", { module: "NodeNext", moduleResolution: "NodeNext" }],
    ["a bundler's", { module: "ESNext", moduleResolution: "Bundler" }],
    ["a monorepo's that asks for @multigres/source", { module: "NodeNext", customConditions: ["@multigres/source"] }],
  ])("has types under %s resolution that are strict, and declarations without errors", async (_, resolution) => {
    await consumer.write("consumer.ts", program);
    await consumer.write("wrong.ts", program.replace('type: "replica"', 'type: "primary"'));
    const options = { ...resolution, target: "ES2023", strict: true, skipLibCheck: false, types: ["node"] };
    const { stdout } = await consumer.tsc(options, ["consumer.ts", "wrong.ts"]);
    expect(stdout).toMatch(/^wrong\.ts\(4,22\): error TS2322: Type '"primary"' is not assignable to [^\n]*\n$/);
  });

  it.each([[[]], [["--conditions=@multigres/source"]]])("works in plain JavaScript, node %j", async (flags) => {
    await consumer.write(
      "consumer.js",
      `import { multigresCluster } from "@multigres/api-types";
       import schema from "@multigres/api-types/schemas/multigrescluster_v1alpha1.json" with { type: "json" };
       const { success, error } = multigresCluster.safeParse({ kind: "MultigresCluster", spec: { cells: "z1" } });
       console.log(success, error.issues.map(({ path }) => path.join(".")).sort().join(), schema.required.join());`,
    );
    expect(await consumer.node(...flags, "consumer.js")).toMatchObject({
      stdout: "false apiVersion,metadata,spec.cells apiVersion,kind,metadata,spec\n",
      code: 0,
    });
  });

  it("has the schemas that its README's comment for editors leads to", async () => {
    const [, path = ""] =
      /\$schema=node_modules\/@multigres\/api-types\/(\S+)/.exec(await consumer.read("README.md")) ?? [];
    const schema = JSON.parse(await consumer.read(path)) as { allOf: { then: { $ref: string } }[] };
    const referred = schema.allOf.map(({ then }) => `schemas/${then.$ref}`);
    expect(referred).toHaveLength(2);
    expect(consumer.packed).toEqual(expect.arrayContaining(referred));
  });

  describe("the program in its README", () => {
    const lines = async () => {
      const [, code = ""] = /```ts\n(.*?)```/s.exec(await consumer.read("README.md")) ?? [];
      return code.trimEnd();
    };

    beforeAll(async () => consumer.write("validate.ts", await lines()));

    it("has at most ten lines and right types", async () => {
      expect((await lines()).split("\n").length).toBeLessThanOrEqual(10);
      const options = { module: "NodeNext", target: "ES2023", strict: true, types: ["node"] };
      expect(await consumer.tsc(options, ["validate.ts"])).toMatchObject({ code: 0, stdout: "" });
    });

    it("names the databases of the spec's example", async () => {
      const [cluster = ""] = (await readFile(example, "utf8")).split("\n---\n");
      await consumer.write("cluster.yaml", cluster);
      const { stdout } = await consumer.node("validate.ts");
      expect(stdout).toBe("[ 'production_db', 'analytics_db', 'custom_db' ]\n");
    });

    it("says where a manifest is wrong", async () => {
      const [cluster = ""] = (await readFile(example, "utf8")).split("\n---\n");
      await consumer.write("cluster.yaml", cluster.replace('type: "readOnly"', 'type: "reading"'));
      const { stdout, stderr } = await consumer.node("validate.ts");
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^spec\.databases\.1\.spec\.overrides\.1\.type .*"replica".*"readOnly"/);
    });
  });
});
