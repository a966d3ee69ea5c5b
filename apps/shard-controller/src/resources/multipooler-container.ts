import type { V1Container } from "@kubernetes/client-node";
import type { ResolvedPool, ShardSpec } from "@multigres/api-types";
import {
  containerResources,
  containerSecurityContext,
  downwardEnv,
  flags,
  httpProbe,
  keyRange,
  poolerServiceId,
  topologyClient,
} from "@multigres/workload-kit";
import { poolIdentity } from "./identity.ts";
import { ports } from "./ports.ts";
import { s3Credentials } from "./s3-credentials.ts";
import { passwordPath, pgData, poolerDir, sharedMounts, socketFile } from "./volumes.ts";

/** The pod's own Service: its name is the pod's. */
export const registeredHostname = "$(POD_NAME).$(POD_NAMESPACE).svc";

export function multipoolerContainer(spec: ShardSpec, pool: ResolvedPool): V1Container {
  const { images } = spec;
  const topology = topologyClient(spec.globalTopoServer);
  return {
    name: "multipooler",
    image: images.multipooler,
    ...(images.imagePullPolicy ? { imagePullPolicy: images.imagePullPolicy } : {}),
    command: ["/multigres/bin/multipooler"],
    args: flags({
      "http-port": ports.poolerHttp,
      "grpc-port": ports.poolerGrpc,
      "service-map": "grpc-pooler",
      ...topology.flags,
      cell: pool.cell,
      database: spec.database,
      "table-group": spec.tableGroup,
      // Not the index of the Shard: multipooler exits with any other range.
      shard: keyRange,
      "service-id": poolerServiceId(poolIdentity(spec, pool)),
      "pooler-dir": poolerDir,
      "pgctld-addr": `localhost:${ports.pgctldGrpc}`,
      "pg-port": ports.postgres,
      "socket-file": socketFile,
      // Below max_connections of pgctld's postgresql.conf, which is 110.
      "connpool-global-capacity": 80,
      hostname: registeredHostname,
    }),
    env: [
      downwardEnv.podName,
      downwardEnv.podNamespace,
      downwardEnv.podIP,
      downwardEnv.podIndex,
      { name: "PGDATA", value: pgData },
      { name: "POSTGRES_PASSWORD_FILE", value: passwordPath },
      ...s3Credentials(spec),
    ],
    ports: [
      { name: "http", containerPort: ports.poolerHttp, protocol: "TCP" },
      { name: "grpc", containerPort: ports.poolerGrpc, protocol: "TCP" },
    ],
    startupProbe: httpProbe("/live", "http", { periodSeconds: 1, failureThreshold: 60 }),
    livenessProbe: httpProbe("/live", "http"),
    readinessProbe: httpProbe("/ready", "http", { periodSeconds: 5 }),
    resources: containerResources(pool.multipooler.resources),
    securityContext: containerSecurityContext,
    volumeMounts: [...sharedMounts(spec), ...topology.volumeMounts],
  };
}
