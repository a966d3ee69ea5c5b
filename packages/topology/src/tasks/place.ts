import { connectTopology, type TopologyServer, type TopologySettings } from "../connection.ts";
import type { Kv } from "../etcd/kv.ts";
import type { Owner } from "../ownership/owner.ts";

/** A root on a topology server. Plain JSON: it stands in the input of tasks. */
export interface TopologyPlace {
  readonly server: TopologyServer;
  readonly root: string;
}

/** The MultigresCluster, as far as its objects know it: the Kubernetes cluster is added where the work is done. */
export type TopologyOwner = Pick<Owner, "namespace" | "name" | "uid">;

/** What tasks in the topology have in common. */
export interface TopologyInput {
  readonly owner: TopologyOwner;
  readonly place: TopologyPlace;
}

/** A place as the API names it: of a `topologyReference`, or of an external server with its root. */
export function topologyPlace({
  address,
  rootPath,
  tlsSecretRef,
}: TopologyServer & { readonly rootPath: string }): TopologyPlace {
  return { server: { address, ...(tlsSecretRef && { tlsSecretRef }) }, root: rootPath };
}

/** What `globalTopology` and, with a cell, `cellTopology` are made of. */
export interface OpenTopology {
  readonly kv: Kv;
  readonly root: string;
  readonly owner: Owner;
}

/** Rejects as `connectTopology` does. */
export async function openTopology(
  { owner, place: { server, root } }: TopologyInput,
  { settings, kubernetesCluster }: { readonly settings: TopologySettings; readonly kubernetesCluster: string },
): Promise<OpenTopology> {
  const kv = await connectTopology(server, owner.namespace, settings);
  return { kv, root, owner: { kubernetesCluster, ...owner } };
}
