import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Etcd, type ProcessGroup, startEtcd } from "../control-plane/index.ts";

/** Stands in for every topology server: names of Services don't resolve outside of a cluster, and kwok's pods run no etcd. */
export interface Topology {
  readonly etcd: Etcd;
  /** For DIAL_OVERRIDES: each Service's keys are below `/<host>`. */
  readonly dialOverrides: string;
}

export async function startTopology(group: ProcessGroup, folder: string): Promise<Topology> {
  const directory = join(folder, "topology");
  await mkdir(directory, { recursive: true });
  const etcd = await startEtcd({ group, directory });
  return { etcd, dialOverrides: `*.svc:2379=${etcd.address}/{host}` };
}
