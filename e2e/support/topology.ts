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
  return message(field(1, name), ...serverAddresses.map((address) => field(2, address)), field(3, root));
}

/** The same for a Database record with backups in a folder. */
export function databaseBytes(name: string, cells: readonly string[], path: string): Buffer {
  const policy = message(
    field(1, "AT_LEAST_2"),
    Buffer.from([(3 << 3) | 0, 3, (4 << 3) | 0, 2]),
    field(5, "At least 2 nodes must acknowledge"),
  );
  return message(
    field(1, name),
    field(2, message(field(1, message(field(1, path))))),
    ...cells.map((cell) => field(3, cell)),
    field(4, policy),
  );
}

/** The same for the record of a pooler that is ACTIVE. */
export function poolerBytes(
  { cell, name }: { readonly cell: string; readonly name: string },
  database: string,
  hostname: string,
): Buffer {
  const id = message(Buffer.from([(1 << 3) | 0, 1]), field(2, cell), field(3, name));
  const shardKey = message(field(1, database), field(2, "default"), field(3, "0-inf"));
  const active = Buffer.from([(1 << 3) | 0, 2]);
  return message(field(1, id), field(2, shardKey), field(8, hostname), field(12, active));
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

/** Of a length that fits into one byte or two. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
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
