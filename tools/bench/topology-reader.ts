import { type RangeAnswer, type TopologyCounts, topologyCounts } from "./topology-counts.ts";

/** Counts of the etcd at `host:port` since it began. What is asked here is one request of the next answer's. */
export async function readTopology(address: string): Promise<TopologyCounts> {
  const metrics = await (await succeed(`http://${address}/metrics`)).text();
  const body = JSON.stringify({ key: "AA==", range_end: "AA==", keys_only: true });
  const answer = await succeed(`http://${address}/v3/kv/range`, { method: "POST", body });
  return topologyCounts((await answer.json()) as RangeAnswer, metrics);
}

async function succeed(url: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return answer;
}
