import type { TopologyReference } from "@multigres/api-types";
import { serviceAddress } from "./builders/service.ts";
import { names } from "./names.ts";

/** Port of etcd for its clients. */
export const etcdClientPort = 2379;

/** The topology on a TopoServer of the operator's own, as components dial it. */
export function managedTopology(
  topoServer: string,
  { namespace, rootPath }: { readonly namespace: string; readonly rootPath: string },
): TopologyReference {
  const clientServiceName = names.topoServerClientService(topoServer);
  return { rootPath, address: serviceAddress(clientServiceName, namespace, etcdClientPort), clientServiceName };
}
