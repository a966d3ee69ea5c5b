import type { V1PersistentVolumeClaim, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { ResolvedPool, ShardSpec } from "@multigres/api-types";
import {
  dataVolumeName,
  names,
  poolLabels,
  repositoryMountPath,
  topologyClient,
  volumeClaim,
} from "@multigres/workload-kit";
import { hbaFile } from "./hba.ts";
import { poolIdentity, shardIdentity } from "./identity.ts";
import { repositoryClaimName } from "./repository.ts";

/** The pooler's folder is the mount, not PGDATA below it: initdb must be able to set PGDATA's mode. */
export const poolerDir = "/var/lib/pooler";
export const pgData = `${poolerDir}/pg_data`;
export const socketFile = `${poolerDir}/pg_sockets/.s.PGSQL.5432`;
export const bridgeDir = "/bridge";

const hbaDir = "/etc/pgctld";
export const hbaTemplatePath = `${hbaDir}/${hbaFile}`;
const passwordDir = "/run/secrets/postgres";
export const passwordPath = `${passwordDir}/password`;

export function dataVolumeClaim(spec: ShardSpec, pool: ResolvedPool): V1PersistentVolumeClaim {
  return volumeClaim(dataVolumeName, poolLabels(poolIdentity(spec, pool)), pool.dataVolumeClaimTemplate);
}

/** Everything but the data volume, which the StatefulSet adds. */
export function podVolumes(spec: ShardSpec, bridged: boolean): V1Volume[] {
  const claimName = repositoryClaimName(spec);
  const { name: secretName, key } = spec.postgresPasswordSecretRef;
  return [
    ...(claimName === undefined ? [] : [{ name: "repository", persistentVolumeClaim: { claimName } }]),
    { name: "hba", configMap: { name: names.hbaConfigMap(shardIdentity(spec)) } },
    { name: "password", secret: { secretName, defaultMode: 0o440, items: [{ key, path: "password" }] } },
    { name: "tmp", emptyDir: {} },
    // A container has 64 MiB of /dev/shm otherwise, and parallel queries fail for want of shared memory.
    { name: "shm", emptyDir: { medium: "Memory" } },
    ...topologyClient(spec.globalTopoServer).volumes,
    ...(bridged ? [{ name: "bridge", emptyDir: {} }] : []),
  ];
}

/** Both containers see the data, the repository and the password at the same paths; their root is read-only. */
export function sharedMounts(spec: ShardSpec): V1VolumeMount[] {
  return [
    { name: dataVolumeName, mountPath: poolerDir },
    ...(repositoryClaimName(spec) === undefined ? [] : [{ name: "repository", mountPath: repositoryMountPath }]),
    { name: "password", mountPath: passwordDir, readOnly: true },
    { name: "tmp", mountPath: "/tmp" },
  ];
}

export const hbaMount: V1VolumeMount = { name: "hba", mountPath: hbaDir, readOnly: true };
export const sharedMemoryMount: V1VolumeMount = { name: "shm", mountPath: "/dev/shm" };
export const bridgeMount: V1VolumeMount = { name: "bridge", mountPath: bridgeDir };
