import type { Cell } from "@multigres/api-types";
import { type Task, type TaskResult, type TaskResults, task } from "@multigres/controller-kit";
import { splitAddressList, type TopologyServer } from "@multigres/topology";
import { names, serviceAddress } from "@multigres/workload-kit";
import { ownTopoServer } from "./own-topo-server.ts";
import {
  type ClaimRootInput,
  claimRoot,
  type RegisterCellInput,
  registerCell,
  type TopologyOutcome,
} from "./topology-tasks.ts";

/** How far a step is: `pending` has no result yet, `unreachable` has no answer. */
export type Step =
  | { readonly state: "pending" | "ensured" }
  | { readonly state: "unreachable" | "foreign" | "refused"; readonly message: string };

/** What is known of a cell in the topology. */
export type Registration =
  /** Left to somebody else, who isn't waited for. */
  | { readonly wanted: false }
  | {
      readonly wanted: true;
      /** In the topology server of the cell's own, before the record is written; undefined where it has none. */
      readonly claim: Step | undefined;
      /** All of it. */
      readonly whole: Step;
      readonly tasks: readonly Task[];
    };

/** A record that somebody deletes or damages is put right within this time. */
const checkEveryMs = 60_000;
/** The longest pause while something is missing: a start waits for it. */
const retryEveryMs = 2_000;

export function registrationOf(cell: Cell, results: TaskResults): Registration {
  if (cell.spec.topologyReconciliation?.registerCell === false) return { wanted: false };
  const claimInput = claimInputOf(cell);
  const claim = claimInput && stepOf(results.of(claimRoot, claimInput));
  const tasks = claimInput ? [task(claimRoot, claimInput, pauseAfter(claim))] : [];
  if (claim && claim.state !== "ensured") return { wanted: true, claim, whole: claim, tasks };
  const input = registerInputOf(cell);
  const whole = stepOf(results.of(registerCell, input));
  return { wanted: true, claim, whole, tasks: [...tasks, task(registerCell, input, pauseAfter(whole))] };
}

function stepOf(result: TaskResult<TopologyOutcome> | undefined): Step {
  if (result === undefined) return { state: "pending" };
  if (result.state === "failed") return { state: "unreachable", message: result.message };
  const { output } = result;
  return output.result === "ensured" ? { state: "ensured" } : { state: output.result, message: output.message };
}

function pauseAfter(step: Step | undefined): number {
  return step?.state === "ensured" ? checkEveryMs : retryEveryMs;
}

export function claimInputOf(cell: Cell): ClaimRootInput | undefined {
  const own = ownTopology(cell);
  return own && { owner: ownerOf(cell), ...own, cell: cell.spec.name };
}

export function registerInputOf(cell: Cell): RegisterCellInput {
  const { rootPath, address, tlsSecretRef } = cell.spec.globalTopoServer;
  const global = { server: { address, ...(tlsSecretRef && { tlsSecretRef }) }, root: rootPath };
  const { server, root } = ownTopology(cell) ?? global;
  const record = { name: cell.spec.name, serverAddresses: splitAddressList(server.address), root };
  return { owner: ownerOf(cell), ...global, record };
}

function ownTopology(cell: Cell): { readonly server: TopologyServer; readonly root: string } | undefined {
  const own = ownTopoServer(cell);
  switch (own.kind) {
    case "none":
    case "incomplete":
      return undefined;
    case "external": {
      const { address, tlsSecretRef } = own.external;
      return { server: { address, ...(tlsSecretRef && { tlsSecretRef }) }, root: own.rootPath };
    }
    case "managed": {
      const { cluster, name } = cell.spec;
      const service = names.topoServerClientService(names.cellTopoServer(cluster.name, name));
      return { server: { address: serviceAddress(service, cell.metadata.namespace, 2379) }, root: own.rootPath };
    }
  }
}

function ownerOf({ spec, metadata }: Cell): ClaimRootInput["owner"] {
  return { namespace: metadata.namespace, name: spec.cluster.name, uid: spec.cluster.uid };
}
