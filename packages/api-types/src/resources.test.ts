import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { type MultigresCluster, multigresCluster, type Pool, type ResolvedPool, shardTemplate } from "./index.ts";

const root = join(import.meta.dirname, "../../..");
const [cluster, template] = parseAllDocuments(await readFile(join(root, "deploy/examples/example.yaml"), "utf8")).map(
  (document) => document.toJS() as Record<string, unknown>,
);
const printed = parse(await readFile(join(root, "e2e/fixtures/example-status.yaml"), "utf8")) as { status: unknown };

describe("the schemas", () => {
  test("take the spec's example with its printed status, and change nothing", () => {
    const whole = { ...cluster, ...printed };
    expect(multigresCluster.parse(whole)).toEqual(whole);
    expect(shardTemplate.parse(template)).toEqual(template);
  });

  test("drop fields that they don't know, so that objects of a newer version can be read", () => {
    const newer = { ...template, spec: { pools: [{ type: "replica", cell: "z1", fromTheFuture: 1 }] } };
    expect(shardTemplate.parse(newer).spec).toEqual({ pools: [{ type: "replica", cell: "z1" }] });
  });

  test("say where a manifest is wrong", () => {
    const wrong = { ...template, spec: { pools: [{ type: "primary", cell: "Z1" }] } };
    const paths = shardTemplate.safeParse(wrong).error?.issues.map((issue) => issue.path.join("."));
    expect(paths).toEqual(["spec.pools.0.type", "spec.pools.0.cell"]);
  });

  test("have types that tell optional from required fields", () => {
    expectTypeOf<MultigresCluster["status"]>().extract<undefined>().toEqualTypeOf<undefined>();
    expectTypeOf<Pool["replicas"]>().toEqualTypeOf<number | undefined>();
    expectTypeOf<ResolvedPool["replicas"]>().toEqualTypeOf<number>();
  });
});
