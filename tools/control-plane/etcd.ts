import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureBinaries } from "./binaries.ts";
import { Component } from "./component.ts";
import { freePorts } from "./ports.ts";
import type { ProcessGroup } from "./process-group.ts";

/** An etcd with one member besides a control plane's own. */
export interface Etcd {
  /** `127.0.0.1:port` of its clients. */
  readonly address: string;
  /** For faults. A killed one finds its data and its port again. */
  readonly component: Component;
}

export interface EtcdOptions {
  readonly group: ProcessGroup;
  /** Exists; gets data and log. */
  readonly directory: string;
  /** Folder with the programs; default: what `ensureBinaries` returns. */
  readonly binaries?: string;
  readonly scheme?: "http" | "https";
  readonly extraArguments?: readonly string[];
}

/** Starts etcd on a free port of the loopback address and waits until it listens. It loses what it wrote when the machine fails. */
export async function startEtcd(options: EtcdOptions): Promise<Etcd> {
  const { group, directory, scheme = "http", extraArguments = [] } = options;
  const binaries = options.binaries ?? (await ensureBinaries());
  const [port = 0, peerPort = 0] = await freePorts(2);
  const client = `${scheme}://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const spec = {
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
      ...extraArguments,
    ],
    env: {},
    cwd: directory,
    logFile: join(directory, "etcd.log"),
  };
  const component: Component = new Component("etcd", group, spec, async () => {
    while (!(await listens(port))) {
      await component.assertRunning();
      await sleep(20);
    }
  });
  await component.start();
  return { address: `127.0.0.1:${port}`, component };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
