import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureBinaries, freePorts, type GroupProcess, ProcessGroup } from "@multigres/tools/control-plane";
import type { Certificate } from "./certificates.ts";

/** A running etcd with one member. */
export interface Etcd {
  /** `127.0.0.1:port` of its clients. */
  readonly address: string;
  readonly process: GroupProcess;
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

/** Starts etcd on a free port of the loopback address. */
export async function startEtcd(tls?: EtcdTls): Promise<Etcd> {
  const binaries = await ensureBinaries();
  const directory = await mkdtemp(join(tmpdir(), "multigres-etcd-"));
  const group = new ProcessGroup({ directory, removeDirectory: true });
  const [port = 0, peerPort = 0] = await freePorts(2);
  const client = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const logFile = join(directory, "etcd.log");
  const process = await group.spawn({
    command: join(binaries, "etcd"),
    args: [
      `--data-dir=${join(directory, "data")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      "--unsafe-no-fsync",
      "--log-level=warn",
      ...(tls === undefined ? [] : await tlsArguments(tls, directory)),
    ],
    env: {},
    cwd: directory,
    logFile,
  });
  await listening(port, process, logFile);
  return { address: `127.0.0.1:${port}`, process, stop: () => group.end() };
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

async function listening(port: number, process: GroupProcess, logFile: string): Promise<void> {
  while (process.exit() === undefined) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: "127.0.0.1", port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (connected) return;
    await sleep(20);
  }
  throw new Error(`etcd ended: ${await readFile(logFile, "utf8")}`);
}
