import type { V1Container, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { ShardSpec } from "@multigres/api-types";
import { type Binary, checkContainer } from "@multigres/workload-kit/testing";
import { describe, expect, test } from "vitest";
import { aPool, aShard } from "../testing/builders.ts";
import { exampleShard } from "../testing/example.ts";
import { poolPodTemplate } from "./pool-pod.ts";

function templateOf(spec: ShardSpec, pool = spec.pools[0]): V1PodTemplateSpec {
  if (!pool) throw new Error("the shard has no pool");
  return poolPodTemplate(spec, pool);
}

function container(template: V1PodTemplateSpec, name: string): V1Container {
  const { initContainers = [], containers = [] } = template.spec ?? {};
  const found = [...initContainers, ...containers].find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no container ${name}`);
  return found;
}

const { spec } = exampleShard();
const example = templateOf(spec);
const onPgctldImage = templateOf({ ...spec, images: { ...spec.images, postgres: "ghcr.io/multigres/pgctld:17" } });

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
const field = (name: string, fieldPath: string) => ({
  name,
  valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } },
});
const podFields = [
  field("POD_NAME", "metadata.name"),
  field("POD_NAMESPACE", "metadata.namespace"),
  field("POD_IP", "status.podIP"),
];
const identity = {
  "app.kubernetes.io/name": "multigres",
  "app.kubernetes.io/instance": "example-multigres-cluster",
  "app.kubernetes.io/component": "shard-pool",
  "multigres.com/cluster": "example-multigres-cluster",
  "multigres.com/database": "production_db",
  "multigres.com/table-group": "default",
  "multigres.com/shard": "0",
  "multigres.com/cell": "us-east-1a",
  "multigres.com/pool-type": "replica",
};

describe("the pods of the spec's example", () => {
  test("have the pool's identity and placement", () => {
    expect(example.metadata).toEqual({
      labels: {
        ...identity,
        "app.kubernetes.io/part-of": "multigres",
        "app.kubernetes.io/managed-by": "multigres-operator",
      },
    });
    expect(example.spec).toMatchObject({
      nodeSelector: { "topology.kubernetes.io/zone": "us-east-1a" },
      affinity: spec.pools[0]?.affinity,
      imagePullSecrets: [{ name: "my-registry-secret" }],
    });
  });

  test("run as one user, stop slowly, and see neither a token nor other Services", () => {
    expect(example.spec).toMatchObject({
      terminationGracePeriodSeconds: 60,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 999,
        runAsGroup: 999,
        fsGroup: 999,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
  });

  test("start the bridge, then pgctld as a sidecar, then multipooler", () => {
    expect(example.spec?.initContainers?.map(({ name, restartPolicy }) => [name, restartPolicy])).toEqual([
      ["bridge", undefined],
      ["postgres", "Always"],
    ]);
    expect(example.spec?.containers.map(({ name }) => name)).toEqual(["multipooler"]);
    expect(onPgctldImage.spec?.initContainers?.map(({ name }) => name)).toEqual(["postgres"]);
  });

  test("mount data, repository, HBA, password and what must be writable", () => {
    expect(example.spec?.volumes).toEqual([
      {
        name: "repository",
        persistentVolumeClaim: { claimName: "example-multigres-cluster-production-db-repository-06d65b9f" },
      },
      { name: "hba", configMap: { name: "example-multigres-cluster-production-db-hba-c3c9ad6e" } },
      {
        name: "password",
        secret: {
          secretName: "example-multigres-cluster-postgres",
          defaultMode: 0o440,
          items: [{ key: "password", path: "password" }],
        },
      },
      { name: "tmp", emptyDir: {} },
      { name: "shm", emptyDir: { medium: "Memory" } },
      { name: "bridge", emptyDir: {} },
    ]);
    expect(onPgctldImage.spec?.volumes?.map(({ name }) => name)).not.toContain("bridge");
  });

  test("run multipooler with these values", () => {
    expect(container(example, "multipooler")).toEqual({
      name: "multipooler",
      image: "multigres/multigres:latest",
      imagePullPolicy: "IfNotPresent",
      command: ["/multigres/bin/multipooler"],
      args: [
        "--http-port=15200",
        "--grpc-port=15270",
        "--service-map=grpc-pooler",
        "--topo-global-server-addresses=example-multigres-cluster-global-client.example.svc:2379",
        "--topo-global-root=/multigres/global",
        "--cell=us-east-1a",
        "--database=production_db",
        "--table-group=default",
        "--shard=0-inf",
        "--service-id=production-d-replica-1a3cb8f1-$(POD_INDEX)",
        "--pooler-dir=/var/lib/pooler",
        "--pgctld-addr=localhost:15470",
        "--pg-port=5432",
        "--socket-file=/var/lib/pooler/pg_sockets/.s.PGSQL.5432",
        "--connpool-global-capacity=80",
        "--hostname=$(POD_NAME).$(POD_NAMESPACE).svc",
      ],
      env: [
        ...podFields,
        field("POD_INDEX", "metadata.labels['apps.kubernetes.io/pod-index']"),
        { name: "PGDATA", value: "/var/lib/pooler/pg_data" },
        { name: "POSTGRES_PASSWORD_FILE", value: "/run/secrets/postgres/password" },
      ],
      ports: [
        { name: "http", containerPort: 15200, protocol: "TCP" },
        { name: "grpc", containerPort: 15270, protocol: "TCP" },
      ],
      startupProbe: { httpGet: { path: "/live", port: "http" }, periodSeconds: 1, failureThreshold: 60 },
      livenessProbe: { httpGet: { path: "/live", port: "http" } },
      readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 5 },
      resources: { requests: { cpu: "500m", memory: "256Mi" } },
      securityContext: restricted,
      volumeMounts: [
        { name: "data", mountPath: "/var/lib/pooler" },
        { name: "repository", mountPath: "/backups" },
        { name: "password", mountPath: "/run/secrets/postgres", readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
      ],
    });
  });

  test("dial an external topology server over TLS, from multipooler alone", () => {
    const globalTopoServer = { ...spec.globalTopoServer, tlsSecretRef: { name: "etcd-tls" } };
    const template = templateOf({ ...spec, globalTopoServer });
    const multipooler = container(template, "multipooler");
    expect(checkContainer("multipooler", multipooler)).toEqual([]);
    expect(multipooler.args).toContain("--topo-etcd-tls-ca=/etc/multigres/topo-tls/ca.crt");
    expect(multipooler.volumeMounts?.at(-1)).toMatchObject({ name: "topo-tls", mountPath: "/etc/multigres/topo-tls" });
    expect(template.spec?.volumes).toContainEqual({
      name: "topo-tls",
      secret: { secretName: "etcd-tls", defaultMode: 0o440 },
    });
    expect(container(template, "postgres").volumeMounts?.map(({ name }) => name)).not.toContain("topo-tls");
  });

  const pgctld = {
    name: "postgres",
    restartPolicy: "Always",
    imagePullPolicy: "IfNotPresent",
    args: [
      "server",
      "--pooler-dir=/var/lib/pooler",
      "--grpc-port=15470",
      "--http-port=15400",
      "--pg-port=5432",
      "--pg-listen-addresses=*",
      "--pg-hba-template=/etc/pgctld/pg_hba_template.conf",
      "--pg-database=production_db",
      "--hostname=$(POD_NAME).$(POD_NAMESPACE).svc",
    ],
    env: [
      ...podFields,
      { name: "PGDATA", value: "/var/lib/pooler/pg_data" },
      { name: "POSTGRES_PASSWORD_FILE", value: "/run/secrets/postgres/password" },
    ],
    ports: [{ name: "postgres", containerPort: 5432, protocol: "TCP" }],
    startupProbe: { httpGet: { path: "/live", port: 15400 }, periodSeconds: 1, failureThreshold: 60 },
    resources: { requests: { cpu: "2", memory: "4Gi" } },
    securityContext: restricted,
    volumeMounts: [
      { name: "data", mountPath: "/var/lib/pooler" },
      { name: "repository", mountPath: "/backups" },
      { name: "password", mountPath: "/run/secrets/postgres", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      { name: "hba", mountPath: "/etc/pgctld", readOnly: true },
      { name: "shm", mountPath: "/dev/shm" },
    ],
  };

  test("run pgctld of a pgctld image with these values", () => {
    expect(container(onPgctldImage, "postgres")).toEqual({
      ...pgctld,
      image: "ghcr.io/multigres/pgctld:17",
      command: ["pgctld"],
    });
  });

  test("run pgctld from the bridge in a plain postgres image", () => {
    expect(container(example, "postgres")).toEqual({
      ...pgctld,
      image: "postgres:15.3",
      command: ["/bridge/pgctld"],
      env: [
        ...pgctld.env,
        {
          name: "PATH",
          value: "/bridge:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin",
        },
      ],
      volumeMounts: [...pgctld.volumeMounts, { name: "bridge", mountPath: "/bridge" }],
    });
    expect(container(example, "bridge")).toMatchObject({
      image: "ghcr.io/multigres/pgctld:latest",
      imagePullPolicy: "IfNotPresent",
      securityContext: restricted,
    });
  });
});

describe("the contract with Multigres' binaries", () => {
  test.each<[Binary, string, V1PodTemplateSpec]>([
    ["multipooler", "multipooler", example],
    ["pgctld", "postgres", example],
    ["pgctld", "postgres", onPgctldImage],
  ])("holds for %s", (binary, name, template) => {
    expect(checkContainer(binary, container(template, name))).toEqual([]);
  });
});

describe("what the user sets on a pool", () => {
  test("arrives at its pods", () => {
    const placement = {
      tolerations: [{ key: "db", operator: "Exists" as const }],
      nodeSelector: { disk: "ssd" },
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" as const },
      ],
      priorityClassName: "high",
      podLabels: { team: "a", "multigres.com/cell": "not-this" },
      podAnnotations: { note: "b" },
    };
    const { metadata, spec: pod } = templateOf(aShard().spec, aPool(placement));
    expect(metadata?.labels).toMatchObject({ team: "a", "multigres.com/cell": "z1" });
    expect(metadata?.annotations).toEqual({ note: "b" });
    expect(pod).toMatchObject({
      tolerations: placement.tolerations,
      nodeSelector: { disk: "ssd", "topology.kubernetes.io/zone": "zone-1" },
      topologySpreadConstraints: placement.topologySpreadConstraints,
      priorityClassName: "high",
    });
  });

  test("of a cell with a region places its pods there", () => {
    const shard = aShard();
    expect(templateOf(shard.spec, aPool({ cell: "z2" })).spec?.nodeSelector).toEqual({
      "topology.kubernetes.io/region": "region-2",
    });
  });

  test("as key of the password becomes the file that the containers read", () => {
    const shard = aShard({ postgresPasswordSecretRef: { name: "mine", key: "pg.pass" } });
    expect(templateOf(shard.spec).spec?.volumes).toContainEqual({
      name: "password",
      secret: { secretName: "mine", defaultMode: 0o440, items: [{ key: "pg.pass", path: "password" }] },
    });
  });

  test("as S3 credentials reaches both containers, which run pgBackRest, without being read by anybody else", () => {
    const s3 = { bucket: "b", credentialsSecretRef: { name: "s3-keys" } };
    const template = templateOf(aShard({ backupRepository: { s3 } }).spec);
    const from = (key: string) => ({ name: key, valueFrom: { secretKeyRef: { name: "s3-keys", key } } });
    for (const name of ["postgres", "multipooler"]) {
      const { env = [] } = container(template, name);
      expect(env).toContainEqual(from("AWS_ACCESS_KEY_ID"));
      expect(env).toContainEqual(from("AWS_SECRET_ACCESS_KEY"));
    }
    const own = templateOf(aShard({ backupRepository: { s3: { bucket: "b" } } }).spec);
    expect(JSON.stringify(own)).not.toContain("AWS_");
  });

  test("as S3 repository leaves no repository volume", () => {
    const { spec: pod } = templateOf(aShard({ backupRepository: { s3: { bucket: "b" } } }).spec);
    const mounts = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].flatMap((c) => c.volumeMounts ?? []);
    expect(pod?.volumes?.map(({ name }) => name)).not.toContain("repository");
    expect(mounts.map(({ name }) => name)).not.toContain("repository");
  });
});

test("every volume that a container mounts exists, and every volume is mounted", () => {
  for (const { spec: pod } of [example, onPgctldImage]) {
    const mounted = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].flatMap((c) => c.volumeMounts ?? []);
    const given = ["data", ...(pod?.volumes ?? []).map(({ name }) => name)];
    expect(new Set(mounted.map(({ name }) => name))).toEqual(new Set(given));
  }
});
