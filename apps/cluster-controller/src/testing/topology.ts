import {
  cellTopology,
  type DesiredDatabase,
  durabilityPolicyRecord,
  globalTopology,
  type OpenTopology,
  type Owner,
} from "@multigres/topology";
import { MemoryEtcd } from "@multigres/topology/testing";

const topologyOwner: Owner = { kubernetesCluster: "k1", namespace: "t1", name: "demo", uid: "uid-demo" };
export const otherOwner: Owner = { ...topologyOwner, name: "other", uid: "uid-other" };

export function opened(
  kv = new MemoryEtcd(),
  root = "/r",
  owner = topologyOwner,
): OpenTopology & { readonly kv: MemoryEtcd } {
  return { kv, root, owner };
}

export function aDatabaseRecord(name: string, cells: readonly string[]): DesiredDatabase {
  return {
    name,
    cells,
    backupLocation: { kind: "filesystem", path: `/backups/${name}` },
    durabilityPolicy: durabilityPolicyRecord("AT_LEAST_2"),
  };
}

/** Registers cells and databases as the controllers do; each cell at `address`, under the same root. */
export async function register(
  at: OpenTopology,
  { cells = [], databases = [] }: { cells?: readonly string[]; databases?: readonly DesiredDatabase[] },
  address = "etcd:2379",
): Promise<void> {
  const topology = globalTopology(at);
  for (const name of cells) await topology.ensureCell({ name, serverAddresses: [address], root: at.root });
  for (const database of databases) await topology.ensureDatabase(database);
}

/** As the gateway of a cell writes it: `ID` in field 1, its component, cell and name in fields 1 to 3. */
export function addGateway({ kv, root }: OpenTopology & { readonly kv: MemoryEtcd }, cell: string): string {
  const text = (field: number, value: string) => Buffer.from([field * 8 + 2, value.length, ...Buffer.from(value)]);
  const id = Buffer.concat([Buffer.from([8, 2]), text(2, cell), text(3, "g")]);
  const key = `${root}/gateways/multigateway-${cell}-g/Gateway`;
  kv.put(key, Buffer.concat([Buffer.from([10, id.length]), id]));
  return key;
}

export function claimCell(at: OpenTopology, cell: string): Promise<unknown> {
  return cellTopology({ ...at, cell }).claim();
}
