import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { childKinds, objects, workloadKinds } from "../support/objects.ts";
import { settled } from "../support/observing.ts";
import { stored } from "../support/topology.ts";

const cluster = sharedCluster();

const everything = [
  ...childKinds,
  ...workloadKinds,
  kinds.ConfigMap,
  kinds.Secret,
  kinds.PersistentVolumeClaim,
  kinds.Pod,
];

/** Every object of a cluster by its label, as `<Kind> <namespace>/<name>`, and the volumes that its claims are bound to. */
async function belongings({ metadata: { namespace, name } }: MultigresCluster): Promise<string[]> {
  const labelSelector = `multigres.com/cluster=${name}`;
  const owned = await objects(cluster, namespace, everything, labelSelector);
  const claims = await cluster.api.list(kinds.PersistentVolumeClaim, { namespace, labelSelector });
  const volumes = claims.items.map(({ spec }) => `volume ${spec?.volumeName}`);
  expect(volumes).not.toContain("volume undefined");
  return [...owned.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`), ...volumes];
}

/** What its pods are told: addresses, paths, ids; and every key that was written for it, with what it says. */
async function words({ metadata: { namespace, name } }: MultigresCluster): Promise<string[]> {
  const labelSelector = `multigres.com/cluster=${name}`;
  const { items } = await cluster.api.list(kinds.Pod, { namespace, labelSelector });
  const args = items.flatMap(({ spec }) => (spec?.containers ?? []).flatMap((container) => container.args ?? []));
  const addresses = args.filter((arg) => arg.startsWith("--topo-global-server-addresses="));
  expect(addresses).not.toEqual([]);
  const root = `/${name}-global-client.${namespace}.svc/`;
  const database = (await stored(cluster.topology, root))["multigres/global/databases/db/Database"];
  const [path] = /\/backups\/[\w/-]+0-inf/.exec(String(database)) ?? [];
  expect(path).toBeDefined();
  return [...new Set(addresses), `${path}`];
}

it("two clusters with the same databases in one namespace, and one name in two namespaces, share nothing", async () => {
  const [here, there] = [await cluster.namespace("here"), await cluster.namespace("there")];
  const clusters = [small(here, { name: "a" }), small(here, { name: "b" }), small(there, { name: "a" })];
  await cluster.apply(...clusters);
  for (const { metadata } of clusters) await settled(cluster, metadata.namespace, metadata.name);

  const owned = await Promise.all(clusters.map(belongings));
  for (const each of owned) {
    expect(each.filter((object) => object.startsWith("PersistentVolumeClaim ")).length).toBeGreaterThanOrEqual(4);
    expect(each.filter((object) => object.startsWith("Secret "))).toHaveLength(1);
  }
  const all = [...owned, ...(await Promise.all(clusters.map(words)))].flat();
  expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([]);
});
