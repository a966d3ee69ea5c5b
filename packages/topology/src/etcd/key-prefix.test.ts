import { expect, it } from "vitest";
import { MemoryEtcd } from "../testing/memory-etcd.ts";
import { withKeyPrefix } from "./key-prefix.ts";

it("two stores below different prefixes don't see each other", async () => {
  const etcd = new MemoryEtcd();
  const a = withKeyPrefix(etcd, "/a");
  const b = withKeyPrefix(etcd, "/b");
  const value = Buffer.from("x");
  expect(await a.write([{ key: "/k", modRevision: undefined }], [{ put: "/k", value }])).toBe(true);
  expect(etcd.keys()).toEqual(["/a/k"]);
  expect((await a.read([{ key: "/k" }, { prefix: "/" }])).ranges).toMatchObject([[{ key: "/k" }], [{ key: "/k" }]]);
  expect((await b.read([{ key: "/k" }, { prefix: "/" }])).ranges).toEqual([[], []]);
  expect(await b.write([{ prefix: "/", unchangedSince: 0n }], [{ delete: "/k" }])).toBe(true);
  expect(await a.write([{ prefix: "/", unchangedSince: 0n }], [{ delete: "/k" }])).toBe(false);
  expect(etcd.keys()).toEqual(["/a/k"]);
});
