/** What etcd says of its members, asked for at one of them. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
}

interface Answer {
  readonly header: { readonly member_id: string };
  readonly members: readonly (Omit<Member, "id"> & { readonly ID: string })[];
  readonly leader?: string;
}

/** In the order of their names. */
export async function membersAt(address: string): Promise<readonly Member[]> {
  const { members } = await post(address, "cluster/member/list", {});
  return members
    .map(({ ID: id, name, peerURLs, clientURLs }) => ({ id, name, peerURLs, clientURLs }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Ids of the member that is there, and of the leader that it knows. */
export async function statusAt(address: string): Promise<{ readonly id: string; readonly leader: string | undefined }> {
  const { header, leader } = await post(address, "maintenance/status", {});
  return { id: header.member_id, leader };
}

/** Asked of the leader. */
export async function handOver(address: string, to: string): Promise<void> {
  await post(address, "maintenance/transfer-leadership", { targetID: to });
}

async function post(address: string, what: string, body: unknown): Promise<Answer> {
  const answer = await fetch(`http://${address}/v3/${what}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd at ${address} answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
