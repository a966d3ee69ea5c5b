import type { V1Service } from "@kubernetes/client-node";
import type { TopoServer } from "@multigres/api-types";
import { names, service } from "@multigres/workload-kit";
import { ports } from "../etcd.ts";
import { identityOf } from "./identity.ts";

/** Gives each member a name of its own. */
export function peerService(topoServer: TopoServer): V1Service {
  return service({
    owner: topoServer,
    name: names.topoServerPeerService(topoServer.metadata.name),
    identity: identityOf(topoServer),
    ports: { peer: ports.peer, client: ports.client },
    headless: true,
    // Members must find each other before any of them is ready.
    publishNotReadyAddresses: true,
  });
}

/** What everything that needs the topology dials. */
export function clientService(topoServer: TopoServer): V1Service {
  return service({
    owner: topoServer,
    name: names.topoServerClientService(topoServer.metadata.name),
    identity: identityOf(topoServer),
    ports: { client: ports.client },
  });
}
