import { storesWith } from "@multigres/controller-kit/testing";
import { expect, test } from "vitest";
import { shardController } from "./definition.ts";
import { parse } from "./parse.ts";
import { aShard } from "./testing/builders.ts";
import { exampleShard } from "./testing/example.ts";

test("a Shard keeps the fields of a newer API version", () => {
  const shard = exampleShard();
  const newer = { ...shard, spec: { ...shard.spec, fromTheFuture: true } };
  const parsed = parse(newer);
  expect(parsed).toEqual({ ok: true, value: newer });
});

test("a Shard that can't be read is refused with the path of the field", () => {
  const shard = aShard();
  const parsed = parse({ ...shard, spec: { ...shard.spec, pools: [{ type: "primary", cell: "z1" }] } } as never);
  expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining("spec.pools.0.type") });
});

test("a Shard without spec doesn't trouble the caches' indexes", () => {
  const { spec: _spec, ...bare } = aShard();
  expect(storesWith(shardController, bare).of(shardController.primary).byIndex("shard", "x")).toEqual([]);
});
