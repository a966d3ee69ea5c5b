import type { ControlPlane } from "@multigres/tools/control-plane";

/** Drops the history of the control plane's etcd: nothing can be watched from an older version any more. */
export async function compact({ etcd }: Pick<ControlPlane, "etcd">): Promise<void> {
  const { header } = (await post(`${etcd}/v3/kv/range`, { key: "AA==" })) as { header: { revision: string } };
  await post(`${etcd}/v3/kv/compaction`, { revision: header.revision, physical: true });
}

async function post(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
