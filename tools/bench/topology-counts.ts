/** What has happened in the etcd that stands behind all topology servers. */
export interface TopologyCounts {
  /** Keys that are there. */
  readonly keys: number;
  /** Transactions that changed something. */
  readonly writes: number;
  /** Values written: one transaction may write several. */
  readonly puts: number;
  /** Of the key that was written most. */
  readonly mostPuts: number;
  /** Transactions and reads, whatever came of them. */
  readonly requests: number;
}

/** An answer to a range request for all keys. */
export interface RangeAnswer {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly { readonly version: string }[];
}

/** Of an etcd since it began, from all its keys and the text of its /metrics. */
export function topologyCounts({ header, kvs = [] }: RangeAnswer, metrics: string): TopologyCounts {
  return {
    keys: kvs.length,
    // An empty etcd is at revision 1.
    writes: Number(header.revision) - 1,
    puts: sumOf(metrics, /^etcd_mvcc_put_total (\S+)$/gm),
    mostPuts: Math.max(0, ...kvs.map(({ version }) => Number(version))),
    requests: sumOf(metrics, /^grpc_server_handled_total\{[^}]*grpc_service="etcdserverpb\.KV"[^}]*\} (\S+)$/gm),
  };
}

function sumOf(metrics: string, pattern: RegExp): number {
  return [...metrics.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** What others did in between. `keys` and `mostPuts` are as they were at the end. */
export function countsBetween(before: TopologyCounts, after: TopologyCounts): TopologyCounts {
  return {
    ...after,
    writes: after.writes - before.writes,
    puts: after.puts - before.puts,
    // The first look's own one is seen by the second.
    requests: after.requests - before.requests - 1,
  };
}
