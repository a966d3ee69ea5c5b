import { expect, test } from "vitest";
import { countsBetween, topologyCounts } from "./topology-counts.ts";

const handled = (service: string, method: string, code: string, count: number) =>
  `grpc_server_handled_total{grpc_code="${code}",grpc_method="${method}",grpc_service="${service}",grpc_type="unary"} ${count}`;

const metrics = [
  "# TYPE etcd_mvcc_put_total counter",
  "etcd_mvcc_put_total 12",
  "etcd_debugging_mvcc_put_total 12",
  handled("etcdserverpb.KV", "Txn", "OK", 9),
  handled("etcdserverpb.KV", "Txn", "Unavailable", 1),
  handled("etcdserverpb.KV", "Range", "OK", 2),
  handled("etcdserverpb.Maintenance", "Status", "OK", 7),
].join("\n");

test("an empty etcd has seen nothing", () => {
  expect(topologyCounts({ header: { revision: "1" } }, "")).toEqual({
    keys: 0,
    writes: 0,
    puts: 0,
    mostPuts: 0,
    requests: 0,
  });
});

test("a transaction counts once, each value that it writes too, and requests whatever came of them", () => {
  const answer = { header: { revision: "6" }, kvs: [{ version: "1" }, { version: "3" }] };
  expect(topologyCounts(answer, metrics)).toEqual({ keys: 2, writes: 5, puts: 12, mostPuts: 3, requests: 12 });
});

test("of a time only what others did in it counts", () => {
  const before = { keys: 3, writes: 3, puts: 6, mostPuts: 1, requests: 10 };
  const after = { keys: 4, writes: 5, puts: 9, mostPuts: 2, requests: 30 };
  expect(countsBetween(before, after)).toEqual({ keys: 4, writes: 2, puts: 3, mostPuts: 2, requests: 19 });
});
