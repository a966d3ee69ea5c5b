import type { Shard } from "@multigres/api-types";
import { aPool, aShard } from "./builders.ts";

const affinity = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: { "app.kubernetes.io/component": "shard-pool" } },
          topologyKey: "kubernetes.io/hostname",
        },
      },
    ],
  },
};

/** The Shard of production_db that the spec's example leads to, with the operator's default for images.pgctld. */
export function exampleShard(): Shard {
  const shard = aShard({
    cluster: { name: "example-multigres-cluster", uid: "a1b2c3d4" },
    database: "production_db",
    images: {
      imagePullPolicy: "IfNotPresent",
      imagePullSecrets: [{ name: "my-registry-secret" }],
      multipooler: "multigres/multigres:latest",
      postgres: "postgres:15.3",
      pgctld: "ghcr.io/multigres/pgctld:latest",
    },
    cells: [
      { name: "us-east-1a", zone: "us-east-1a" },
      { name: "us-east-1b", zone: "us-east-1b" },
    ],
    globalTopoServer: {
      rootPath: "/multigres/global",
      address: "example-multigres-cluster-global-client.example.svc:2379",
      clientServiceName: "example-multigres-cluster-global-client",
    },
    multiadmin: { address: "http://example-multigres-cluster-multiadmin.example.svc:18000" },
    postgresPasswordSecretRef: { name: "example-multigres-cluster-postgres", key: "password" },
    pools: ["us-east-1a", "us-east-1b"].map((cell) =>
      aPool({
        cell,
        affinity,
        dataVolumeClaimTemplate: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "250Gi" } } },
      }),
    ),
  });
  return { ...shard, metadata: { ...shard.metadata, name: "production-db-default-0", namespace: "example" } };
}
