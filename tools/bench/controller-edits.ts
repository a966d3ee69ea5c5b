import type { LiveObject } from "./bare-client.ts";
import { runs } from "./conditions.ts";
import { observe } from "./observation.ts";
import { collection, item, type Resource, resources } from "./resources.ts";
import { cells, clusterName, gatewayPatch, podsPerPool } from "./shape.ts";
import type { Testbed } from "./testbed.ts";

/** Seconds from the accepted edit of the cluster until the controller's own object was as it asks; nothing: it never was. */
export type Edits = Readonly<Record<string, number | undefined>>;

interface Edit {
  readonly controller: string;
  readonly patch: readonly object[];
  /** What the controller has to bring about, and where it shows. */
  readonly of: Resource;
  readonly selector: string;
  readonly wanted: (object: LiveObject) => boolean;
}

const image = "quay.io/coreos/etcd:v3.5.18";
const [cell] = cells;
const gateways = 4;
const instances = podsPerPool + 1;

function editsOf(cluster: string): readonly Edit[] {
  const mine = `multigres.com/cluster=${cluster}`;
  const component = (name: string) => `${mine},app.kubernetes.io/component=${name}`;
  const morePods = [{ type: "replica", cell, replicas: instances }];
  return [
    {
      controller: "cluster-controller",
      patch: [{ op: "replace", path: "/spec/multiadmin/replicas", value: 2 }],
      of: resources.Deployment,
      selector: component("multiadmin"),
      wanted: (deployment) => runs(deployment, 2),
    },
    {
      controller: "cell-controller",
      patch: gatewayPatch(gateways, [0]),
      of: resources.Deployment,
      selector: `${component("multigateway")},multigres.com/cell=${cell}`,
      wanted: (deployment) => runs(deployment, gateways),
    },
    {
      controller: "topo-controller",
      patch: [{ op: "replace", path: "/spec/globalTopoServer/managedSpec/image", value: image }],
      of: resources.StatefulSet,
      selector: component("toposerver"),
      wanted: (statefulSet) => JSON.stringify(statefulSet["spec"]).includes(image) && runs(statefulSet, 3),
    },
    {
      controller: "tablegroup-controller",
      patch: [{ op: "add", path: "/spec/databases/0/spec/overrides", value: morePods }],
      of: resources.Shard,
      selector: mine,
      wanted: (shard) => JSON.stringify(shard["spec"]).includes(`"replicas":${instances}`),
    },
    {
      controller: "shard-controller",
      patch: [{ op: "replace", path: "/spec/databases/0/spec/overrides/0/replicas", value: instances + 1 }],
      of: resources.StatefulSet,
      selector: `${component("shard-pool")},multigres.com/cell=${cell}`,
      wanted: (statefulSet) => runs(statefulSet, instances + 1),
    },
  ];
}

/** One edit of a cluster for each controller, one after the other. */
export async function editEachController({ client }: Testbed, cluster = clusterName(0)): Promise<Edits> {
  const seconds: Record<string, number | undefined> = {};
  for (const { controller, patch, of, selector, wanted } of editsOf(cluster)) {
    const observation = observe(client, {
      path: `${collection(of)}?labelSelector=${encodeURIComponent(selector)}`,
      wanted: 1,
      tests: { converged: wanted },
      timeoutSeconds: 60,
    });
    try {
      await observation.synced;
      await client.patch(item(resources.MultigresCluster, cluster), "json", patch);
      const acceptedAt = performance.now();
      seconds[controller] = await observation.reached("converged").then(
        (at) => (at - acceptedAt) / 1000,
        () => undefined,
      );
    } finally {
      observation.stop();
    }
  }
  return seconds;
}
