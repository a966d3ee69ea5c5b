import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Certificate, type Component, ProcessGroup, startEtcd as startIn } from "@multigres/tools/control-plane";

/** A running etcd with one member. */
export interface Etcd {
  /** `127.0.0.1:port` of its clients. */
  readonly address: string;
  readonly component: Component;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface EtcdTls {
  readonly server: Certificate;
  /** Whose certificates clients must show, in PEM. */
  readonly clientAuthority?: string;
  /** What its own gateway shows; default the server's. */
  readonly gateway?: Certificate;
}

/** For clients that are to see what etcd answers: that a machine stands still for seconds is no reason to give up, or to ask again. */
export const patience = { requestTimeoutMs: 60_000, totalTimeoutMs: 100_000 } as const;

/** Starts etcd on a free port of the loopback address. */
export async function startEtcd(tls?: EtcdTls): Promise<Etcd> {
  const directory = await mkdtemp(join(tmpdir(), "multigres-etcd-"));
  const group = new ProcessGroup({ directory, removeDirectory: true });
  try {
    const extraArguments = tls === undefined ? [] : await tlsArguments(tls, directory);
    const scheme = tls === undefined ? "http" : "https";
    return { ...(await startIn({ group, directory, scheme, extraArguments })), stop: () => group.end() };
  } catch (error) {
    await group.end();
    throw error;
  }
}

async function tlsArguments({ server, gateway, clientAuthority }: EtcdTls, directory: string): Promise<string[]> {
  const file = async (name: string, content: string) => {
    const path = join(directory, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const pair = async (name: string, { cert, key }: Certificate) => [
    `--${name}cert-file=${await file(`${name}tls.crt`, cert)}`,
    `--${name}key-file=${await file(`${name}tls.key`, key)}`,
  ];
  return [
    ...(await pair("", server)),
    ...(gateway === undefined ? [] : await pair("client-", gateway)),
    ...(clientAuthority === undefined
      ? []
      : ["--client-cert-auth", `--trusted-ca-file=${await file("clients.crt", clientAuthority)}`]),
  ];
}
