import type { Cell } from "@multigres/api-types";
import { type Task, type TaskResults, task } from "@multigres/controller-kit";
import {
  pauseAfter,
  splitAddressList,
  stepOf,
  type TopologyPlace,
  type TopologyStep,
  topologyPlace,
} from "@multigres/topology";
import { managedTopology, names } from "@multigres/workload-kit";
import { ownTopoServer } from "./own-topo-server.ts";
import { type ClaimRootInput, claimRoot, type RegisterCellInput, registerCell } from "./topology-tasks.ts";

/** What is known of a cell in the topology. */
export type Registration =
  /** Left to somebody else, who isn't waited for. */
  | { readonly wanted: false }
  | {
      readonly wanted: true;
      /** In the topology server of the cell's own, before the record is written; undefined where it has none. */
      readonly claim: TopologyStep | undefined;
      /** All of it. */
      readonly whole: TopologyStep;
      readonly tasks: readonly Task[];
    };

export function registrationOf(cell: Cell, results: TaskResults): Registration {
  if (cell.spec.topologyReconciliation?.registerCell === false) return { wanted: false };
  const claimInput = claimInputOf(cell);
  const claim = claimInput && stepOf(results.of(claimRoot, claimInput));
  const tasks = claimInput && claim ? [task(claimRoot, claimInput, pauseAfter(claim))] : [];
  if (claim && claim.state !== "done") return { wanted: true, claim, whole: claim, tasks };
  const input = registerInputOf(cell);
  const whole = stepOf(results.of(registerCell, input));
  return { wanted: true, claim, whole, tasks: [...tasks, task(registerCell, input, pauseAfter(whole))] };
}

export function claimInputOf(cell: Cell): ClaimRootInput | undefined {
  const place = ownPlace(cell);
  return place && { owner: ownerOf(cell), place, cell: cell.spec.name };
}

export function registerInputOf(cell: Cell): RegisterCellInput {
  const place = topologyPlace(cell.spec.globalTopoServer);
  const { server, root } = ownPlace(cell) ?? place;
  const record = { name: cell.spec.name, serverAddresses: splitAddressList(server.address), root };
  return { owner: ownerOf(cell), place, record };
}

function ownPlace(cell: Cell): TopologyPlace | undefined {
  const own = ownTopoServer(cell);
  switch (own.kind) {
    case "none":
    case "incomplete":
      return undefined;
    case "external":
      return topologyPlace({ ...own.external, rootPath: own.rootPath });
    case "managed": {
      const { spec, metadata } = cell;
      const { namespace } = metadata;
      const topoServer = names.cellTopoServer(spec.cluster.name, spec.name);
      return topologyPlace(managedTopology(topoServer, { namespace, rootPath: own.rootPath }));
    }
  }
}

function ownerOf({ spec, metadata }: Cell): ClaimRootInput["owner"] {
  return { namespace: metadata.namespace, name: spec.cluster.name, uid: spec.cluster.uid };
}
