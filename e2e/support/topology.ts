/** What stands in an etcd below a prefix: key without the prefix, and value; asked for without the package under test. */
export async function stored(address: string, prefix: string): Promise<Record<string, Buffer>> {
  const { kvs = [] } = (await post(address, "range", { key: encode(prefix), range_end: encode(after(prefix)) })) as {
    kvs?: readonly { key: string; value?: string }[];
  };
  return Object.fromEntries(
    kvs.map(({ key, value = "" }) => [
      Buffer.from(key, "base64").toString().slice(prefix.length),
      Buffer.from(value, "base64"),
    ]),
  );
}

/** Writes a key as a stranger would. */
export async function plant(address: string, key: string, value: Buffer): Promise<void> {
  await post(address, "put", { key: encode(key), value: value.toString("base64") });
}

/** Deletes all keys below a prefix. */
export async function uproot(address: string, prefix: string): Promise<void> {
  await post(address, "deleterange", { key: encode(prefix), range_end: encode(after(prefix)) });
}

/** A Cell record in protobuf's wire format, by hand. */
export function cellBytes(name: string, serverAddresses: readonly string[], root: string): Buffer {
  const field = (number: number, text: string) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, Buffer.byteLength(text)]), Buffer.from(text)]);
  return Buffer.concat([field(1, name), ...serverAddresses.map((address) => field(2, address)), field(3, root)]);
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The first key that doesn't begin with the prefix. */
function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

async function post(address: string, what: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`http://${address}/v3/kv/${what}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`etcd at ${address} answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
