import { isDeepStrictEqual } from "node:util";
import type { Fleet } from "../fleet.ts";
import { labelNames } from "../judge/facts.ts";
import { isWanted } from "../judge/invariants/wanted-stays.ts";
import type { ClusterManifest } from "../manifests.ts";
import { hasLabels, type LiveObject, nameOf } from "./live.ts";
import { type LivePods, podsOf } from "./live-pods.ts";
import { type Wanted, type WantedEtcd, type WantedWorkload, wantedOf } from "./wanted.ts";

/** How what there is differs from what is wanted, in words; empty: it doesn't. */
export function differences({ clusters, templates }: Fleet, live: readonly LiveObject[]): readonly string[] {
  const managed = live.filter(({ metadata }) => metadata.labels?.[labelNames.managedBy] === "multigres-operator");
  const names = new Set(clusters.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const strangers = managed
    .filter(({ metadata }) => !names.has(`${metadata.namespace}/${metadata.labels?.[labelNames.cluster]}`))
    .map((object) => `${nameOf(object)} belongs to no cluster`);
  return [
    ...strangers,
    ...clusters.flatMap((manifest) => {
      const { namespace, name } = manifest.metadata;
      const template = templates.find(({ metadata }) => metadata.namespace === namespace);
      const mine = managed.filter(
        ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[labelNames.cluster] === name,
      );
      const found = [...ofCluster(manifest, live), ...ofObjects(mine, wantedOf(manifest, template))];
      return found.map((difference) => `${namespace}/${name}: ${difference}`);
    }),
  ];
}

function ofCluster({ metadata, spec }: ClusterManifest, live: readonly LiveObject[]): readonly string[] {
  const cluster = live.find(
    (object) =>
      object.kind === "MultigresCluster" &&
      object.metadata.namespace === metadata.namespace &&
      object.metadata.name === metadata.name,
  );
  if (cluster === undefined) return ["isn't there"];
  const { observedGeneration, conditions = [], databases = {} } = cluster.status ?? {};
  const has = (type: string, status: string) =>
    conditions.some((condition) => condition.type === type && condition.status === status);
  const message = conditions.find(({ type }) => type === "Progressing")?.message;
  return [
    ...(isDeepStrictEqual(cluster.spec, spec) ? [] : ["its spec isn't what was applied"]),
    ...(observedGeneration === cluster.metadata.generation ? [] : ["its generation isn't observed"]),
    ...(has("Available", "True") ? [] : ["isn't Available"]),
    ...(has("Progressing", "False") ? [] : [`is Progressing: ${message}`]),
    ...(has("Stalled", "True") ? ["is Stalled"] : []),
    ...(has("Paused", "True") ? ["is Paused"] : []),
    ...spec.databases
      .filter(({ name }) => databases[name]?.servingWrites !== "True")
      .map(({ name }) => `${name} doesn't serve writes`),
  ];
}

function ofObjects(live: readonly LiveObject[], wanted: Wanted): readonly string[] {
  const count = (kind: string, most: number, labels: Readonly<Record<string, string>> = {}) => {
    const found = live.filter((object) => object.kind === kind && hasLabels(object, labels)).length;
    return found === most ? [] : [`${found} of ${most} ${kind} ${Object.values(labels).join(" ")}`];
  };
  const inCell = (cell: string) => ({ [labelNames.cell]: cell });
  const ofDatabase = (database: string) => ({ [labelNames.database]: database });
  const local = [...wanted.cells.values()].filter(({ etcd }) => etcd !== undefined).length;
  return [
    ...live
      .filter((object) => object.kind !== "PersistentVolumeClaim")
      .filter(({ kind, metadata: { name, labels = {} } }) => !isWanted({ kind, name, labels }, wanted))
      .map((object) => `${nameOf(object)} isn't wanted`),
    ...live.filter(({ metadata }) => metadata.deletionTimestamp).map((object) => `${nameOf(object)} is being deleted`),
    ...count("TopoServer", 1 + local),
    ...count("Cell", wanted.cells.size),
    ...count("TableGroup", wanted.databases.size),
    ...count("Shard", wanted.databases.size),
    ...[...wanted.cells.keys()].flatMap((cell) => count("Cell", 1, inCell(cell))),
    ...[...wanted.databases].flatMap(([name, pools]) => [
      ...count("Shard", 1, ofDatabase(name)),
      ...count("StatefulSet", pools.size, ofDatabase(name)),
    ]),
    ...podsOf(live, expectedPods(wanted)),
  ];
}

function expectedPods(wanted: Wanted): readonly LivePods[] {
  const component = (name: string) => ({ [labelNames.component]: name });
  const workload = (name: string, labels: Readonly<Record<string, string>>, of: WantedWorkload): LivePods => ({
    what: name,
    labels: { ...component(name), ...labels },
    replicas: of.replicas,
    containers: [{ image: of.image, cpu: of.cpu }],
  });
  const etcd = (scope: "global" | "cell", labels: Readonly<Record<string, string>>, of: WantedEtcd): LivePods => ({
    what: `etcd of ${labels[labelNames.cell] ?? "all"}`,
    labels: { ...component("toposerver"), [labelNames.topoScope]: scope, ...labels },
    replicas: of.replicas,
    containers: [{ image: of.image }],
    gibibytes: of.gibibytes,
  });
  return [
    workload("multiadmin", {}, wanted.multiadmin),
    workload("multiorch", {}, wanted.multiorch),
    etcd("global", {}, wanted.etcd),
    ...[...wanted.cells].flatMap(([name, cell]) => {
      const labels = { [labelNames.cell]: name };
      return [
        workload("multigateway", labels, cell.gateways),
        ...(cell.etcd === undefined ? [] : [etcd("cell", labels, cell.etcd)]),
      ];
    }),
    ...[...wanted.databases].flatMap(([database, pools]) =>
      [...pools.values()].map(
        (pool): LivePods => ({
          what: `${pool.type} of ${database} in ${pool.cell}`,
          labels: {
            ...component("shard-pool"),
            [labelNames.database]: database,
            [labelNames.cell]: pool.cell,
            [labelNames.poolType]: pool.type,
          },
          replicas: pool.replicas,
          containers: [{ image: pool.postgresImage, cpu: pool.cpu }, { image: pool.poolerImage }],
          gibibytes: pool.gibibytes,
        }),
      ),
    ),
  ];
}
