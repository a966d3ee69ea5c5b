import type { TaskContext, TaskResult } from "@multigres/controller-kit";
import {
  connectTopology,
  InvalidSettingError,
  type Kv,
  type Owner,
  RejectedError,
  type TopologySettings,
} from "@multigres/topology";
import type { Place, TopologyOwner } from "./places.ts";

/** What is expected of a topology server that answers; that none does is a failure of the task. */
export type Outcome =
  | { readonly result: "done" }
  /** Foreign: somebody else's. Refused: by etcd, or by what the spec or the settings say. Both need a person. */
  | { readonly result: "foreign" | "refused"; readonly message: string };

/** How far a task is. */
export type Step =
  | { readonly state: "pending" | "done" }
  | { readonly state: "unreachable" | "foreign" | "refused"; readonly message: string };

export function stepOf(result: TaskResult<Outcome> | undefined): Step {
  if (result === undefined) return { state: "pending" };
  if (result.state === "failed") return { state: "unreachable", message: result.message };
  const { output } = result;
  return output.result === "done" ? { state: "done" } : { state: output.result, message: output.message };
}

/** Makes outcomes of the errors that repeating doesn't mend. */
export async function outcomeOf(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RejectedError || error instanceof InvalidSettingError) {
      return { result: "refused", message: error.message };
    }
    throw error;
  }
}

export interface Opened {
  readonly kv: Kv;
  readonly root: string;
  readonly owner: Owner;
}

export async function open(
  owner: TopologyOwner,
  { server, root }: Place,
  { settings, kubernetesCluster }: TaskContext<TopologySettings>,
): Promise<Opened> {
  const kv = await connectTopology(server, owner.namespace, settings);
  return { kv, root, owner: { kubernetesCluster, ...owner } };
}
