import type { EnsureResult } from "../ensure-record.ts";
import { InvalidSettingError, RejectedError } from "../errors.ts";

/** What is expected of a topology server that answers; that none does is a failure of the task. */
export type TopologyOutcome =
  | { readonly result: "done" }
  /** Foreign: somebody else's. Refused: by etcd, or by what the spec or the settings say. Both need a person. */
  | { readonly result: "foreign" | "refused"; readonly message: string };

/** Makes outcomes of the errors that repeating doesn't mend; rejects with all others. */
export async function outcomeOf(work: () => Promise<TopologyOutcome>): Promise<TopologyOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RejectedError || error instanceof InvalidSettingError) {
      return { result: "refused", message: error.message };
    }
    throw error;
  }
}

/** Who wrote a record or a claim, and whether it was now, is no news. */
export function outcomeOfEnsuring(ensured: EnsureResult): TopologyOutcome {
  return ensured.result === "foreign" ? { result: "foreign", message: ensured.message } : { result: "done" };
}
