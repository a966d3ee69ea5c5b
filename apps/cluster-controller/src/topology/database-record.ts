import type { BackupRepository } from "@multigres/api-types";
import { type BackupLocation, type DesiredDatabase, durabilityPolicyRecord } from "@multigres/topology";
import { defaultTableGroup, repositoryMountPath, repositoryPath, type ShardIdentity } from "@multigres/workload-kit";
import type { Observed } from "../observe.ts";
import { poolsOfDatabase, type ResolvedCluster, type ResolvedDatabase } from "../resolve.ts";
import { cellsWithPods } from "./pool-pods.ts";

/**
 * The record of a database; undefined as long as nobody knows its pools. A cell stays in it until the last pod of the
 * database has left that cell.
 */
export function databaseRecord(
  cluster: ResolvedCluster,
  database: ResolvedDatabase,
  { poolPods }: Pick<Observed, "poolPods">,
): DesiredDatabase | undefined {
  const pools = poolsOfDatabase(database);
  if (pools === undefined) return undefined;
  const { name } = database;
  const { namespace } = cluster.owner.metadata;
  const shard = { cluster: cluster.reference.name, database: name, tableGroup: defaultTableGroup, shard: 0 };
  return {
    name,
    cells: [...new Set([...pools.map(({ cell }) => cell), ...cellsWithPods(poolPods, name)])].sort(),
    durabilityPolicy: durabilityPolicyRecord(database.durabilityPolicy),
    backupLocation: backupLocation(cluster.backupRepository, namespace, shard),
  };
}

/** Where the shard's pods find their backups. Never that of another shard: its data would come back as this one's. */
function backupLocation(
  repository: BackupRepository | undefined,
  namespace: string,
  shard: ShardIdentity,
): BackupLocation {
  const path = repositoryPath(namespace, shard);
  const s3 = repository?.s3;
  if (s3 === undefined) return { kind: "filesystem", path: `${repositoryMountPath}/${path}` };
  const prefix = s3.keyPrefix?.replace(/^\/+|\/+$/g, "");
  return {
    kind: "s3",
    bucket: s3.bucket,
    region: s3.region ?? "us-east-1",
    endpoint: s3.endpoint ?? "",
    keyPrefix: prefix ? `${prefix}/${path}` : path,
    useEnvCredentials: s3.credentialsSecretRef !== undefined,
  };
}
