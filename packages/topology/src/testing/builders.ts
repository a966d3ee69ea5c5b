import type { DesiredDatabase } from "../global-topology.ts";
import type { Owner } from "../ownership/owner.ts";
import type { CellRecord } from "../records/cell.ts";
import { durabilityPolicyRecord } from "../records/durability-policy.ts";

export function anOwner(fields: Partial<Owner> = {}): Owner {
  return { kubernetesCluster: "k8s-1", namespace: "default", name: "demo", uid: "uid-1", ...fields };
}

export function aCell(fields: Partial<CellRecord> = {}): CellRecord {
  return { name: "z1", serverAddresses: ["demo-global-client.default.svc:2379"], root: "/multigres/global", ...fields };
}

export function aDatabase(fields: Partial<DesiredDatabase> = {}): DesiredDatabase {
  return {
    name: "prod_db",
    backupLocation: { kind: "filesystem", path: "/backups/default/demo/prod_db/default/0-inf" },
    cells: ["z1", "z2"],
    durabilityPolicy: durabilityPolicyRecord("AT_LEAST_2"),
    ...fields,
  };
}
