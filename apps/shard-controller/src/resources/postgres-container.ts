import type { V1Container } from "@kubernetes/client-node";
import type { ResolvedPool, ShardSpec } from "@multigres/api-types";
import { containerResources, containerSecurityContext, downwardEnv, flags, httpProbe } from "@multigres/workload-kit";
import { registeredHostname } from "./multipooler-container.ts";
import { ports } from "./ports.ts";
import { bridgedPath, type PostgresImage } from "./postgres-image.ts";
import { s3Credentials } from "./s3-credentials.ts";
import {
  bridgeDir,
  bridgeMount,
  hbaMount,
  hbaTemplatePath,
  passwordPath,
  pgData,
  poolerDir,
  sharedMemoryMount,
  sharedMounts,
} from "./volumes.ts";

/**
 * pgctld, which starts and stops PostgreSQL in its own container. A native sidecar, so that it stops after multipooler:
 * multipooler asks it to shut PostgreSQL down, which pgctld doesn't do by itself on SIGTERM.
 */
export function postgresContainer(spec: ShardSpec, pool: ResolvedPool, image: PostgresImage): V1Container {
  const { images } = spec;
  const bridged = image.kind === "bridge";
  return {
    name: "postgres",
    restartPolicy: "Always",
    image: images.postgres,
    ...(images.imagePullPolicy ? { imagePullPolicy: images.imagePullPolicy } : {}),
    command: [bridged ? `${bridgeDir}/pgctld` : "pgctld"],
    args: [
      "server",
      ...flags({
        "pooler-dir": poolerDir,
        "grpc-port": ports.pgctldGrpc,
        "http-port": ports.pgctldHttp,
        "pg-port": ports.postgres,
        "pg-listen-addresses": "*",
        "pg-hba-template": hbaTemplatePath,
        "pg-database": spec.database,
        hostname: registeredHostname,
      }),
    ],
    env: [
      downwardEnv.podName,
      downwardEnv.podNamespace,
      downwardEnv.podIP,
      { name: "PGDATA", value: pgData },
      { name: "POSTGRES_PASSWORD_FILE", value: passwordPath },
      ...s3Credentials(spec),
      ...(bridged ? [{ name: "PATH", value: bridgedPath(images.postgres, bridgeDir) }] : []),
    ],
    ports: [{ name: "postgres", containerPort: ports.postgres, protocol: "TCP" }],
    // Its success lets multipooler start.
    startupProbe: httpProbe("/live", ports.pgctldHttp, { periodSeconds: 1, failureThreshold: 60 }),
    resources: containerResources(pool.postgres.resources),
    securityContext: containerSecurityContext,
    volumeMounts: [...sharedMounts(spec), hbaMount, sharedMemoryMount, ...(bridged ? [bridgeMount] : [])],
  };
}
