import type { LiveContainer, LiveObject } from "../expectation/live.ts";
import { poolKey, wantedOf } from "../expectation/wanted.ts";
import type { Fleet } from "../fleet.ts";
import { labelNames } from "../judge/facts.ts";

/** A live object as a test changes it. */
type Draft<T> = { -readonly [K in keyof T]: Draft<T[K]> };
export type LiveDraft = Draft<LiveObject>;

const now = (type: string, status: string) => ({ type, status });

/** What there is when everything is as a fleet wants it. */
export function liveOf({ clusters, templates }: Fleet): LiveDraft[] {
  return clusters.flatMap((manifest) => {
    const { namespace, name: cluster } = manifest.metadata;
    const template = templates.find(({ metadata }) => metadata.namespace === namespace);
    const wanted = wantedOf(manifest, template);
    const objects: LiveDraft[] = [];
    const add = (kind: string, name: string, labels: Record<string, string>, rest: Partial<LiveObject> = {}) => {
      const managed = { [labelNames.managedBy]: "multigres-operator", [labelNames.cluster]: cluster, ...labels };
      const metadata = { name, namespace, uid: `${kind} ${namespace}/${name}`, resourceVersion: "1", labels: managed };
      objects.push(structuredClone({ kind, metadata, ...rest }) as LiveDraft);
    };
    const pods = (name: string, replicas: number, labels: Record<string, string>, containers: LiveContainer[]) => {
      for (let ordinal = 0; ordinal < replicas; ordinal++) {
        const pod = `${name}-${ordinal}`;
        const volumes = [{ name: "data", persistentVolumeClaim: { claimName: `data-${pod}` } }];
        add("Pod", pod, labels, { spec: { containers, volumes }, status: { conditions: [now("Ready", "True")] } });
      }
    };
    const claims = (name: string, replicas: number, labels: Record<string, string>, gibibytes: number) => {
      for (let ordinal = 0; ordinal < replicas; ordinal++) {
        const storage = { storage: `${gibibytes}Gi` };
        const spec = { resources: { requests: storage } };
        add("PersistentVolumeClaim", `data-${name}-${ordinal}`, labels, { spec, status: { capacity: storage } });
      }
    };
    const runs = (image: string, cpu?: string): LiveContainer => ({
      name: image,
      image,
      ...(cpu !== undefined && { resources: { requests: { cpu } } }),
    });
    const component = (name: string) => ({ [labelNames.component]: name });

    for (const name of ["multiadmin", "multiorch"] as const) {
      const { replicas, image, cpu } = wanted[name];
      pods(`${cluster}-${name}`, replicas, component(name), [runs(image, cpu)]);
    }
    const etcds = [["global", undefined, wanted.etcd] as const].concat(
      [...wanted.cells].flatMap(([cell, { etcd }]) => (etcd ? [["cell", cell, etcd] as never] : [])),
    );
    for (const [scope, cell, etcd] of etcds) {
      const inCell: Record<string, string> = cell === undefined ? {} : { [labelNames.cell]: cell };
      const labels = { ...component("toposerver"), [labelNames.topoScope]: scope, ...inCell };
      const name = `${cluster}-${cell ?? "global"}`;
      add("TopoServer", name, labels);
      pods(name, etcd.replicas, labels, [runs(etcd.image)]);
      claims(name, etcd.replicas, labels, etcd.gibibytes);
    }
    for (const [cell, { gateways }] of wanted.cells) {
      const labels = { [labelNames.cell]: cell };
      add("Cell", `${cluster}-${cell}`, { ...component("cell"), ...labels });
      const name = `${cluster}-${cell}-gateway`;
      pods(name, gateways.replicas, { ...component("multigateway"), ...labels }, [runs(gateways.image, gateways.cpu)]);
    }
    for (const [database, pools] of wanted.databases) {
      const labels = { [labelNames.database]: database };
      add("TableGroup", `${cluster}-${database}`, { ...component("tablegroup"), ...labels });
      add("Shard", `${cluster}-${database}-0`, { ...component("shard"), ...labels });
      for (const pool of pools.values()) {
        const ofPool = { [labelNames.cell]: pool.cell, [labelNames.poolType]: pool.type };
        const all = { ...component("shard-pool"), ...labels, ...ofPool };
        const name = `${cluster}-${database}-${poolKey(pool).replace(" ", "-")}-0a1b2c3d`;
        add("StatefulSet", name, all);
        pods(name, pool.replicas, all, [runs(pool.postgresImage, pool.cpu), runs(pool.poolerImage)]);
        claims(name, pool.replicas, all, pool.gibibytes);
      }
    }
    const databases = manifest.spec.databases.map(({ name }) => [name, { servingWrites: "True" }]);
    objects.push({
      kind: "MultigresCluster",
      metadata: { name: cluster, namespace, uid: `${namespace}/${cluster}`, resourceVersion: "1", generation: 1 },
      spec: structuredClone(manifest.spec) as never,
      status: {
        observedGeneration: 1,
        conditions: [now("Available", "True"), now("Progressing", "False")],
        databases: Object.fromEntries(databases),
      },
    });
    return objects;
  });
}
