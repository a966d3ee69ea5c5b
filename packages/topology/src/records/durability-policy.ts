import type { DurabilityPolicy } from "@multigres/api-types";
import { create } from "@bufbuild/protobuf";
import { type DurabilityPolicyMessage, durabilityPolicySchema } from "./messages.ts";

export type QuorumType = "AT_LEAST_N" | "MULTI_CELL_AT_LEAST_N";

/** Multigres' `DurabilityPolicy`: what must have a transaction before it counts as committed. */
export interface DurabilityPolicyRecord {
  /** For example `AT_LEAST_2`; Multigres stores it with every rule, and decides by the two fields below. */
  readonly policyName: string;
  /** Undefined: a number that this version doesn't know. */
  readonly quorumType: QuorumType | undefined;
  readonly requiredCount: number;
  readonly description: string;
}

const quorumTypes: Readonly<Record<QuorumType, number>> = { AT_LEAST_N: 3, MULTI_CELL_AT_LEAST_N: 4 };

/** The policies that Multigres accepts, in the words in which its own command line writes them. It sets no version. */
const policies: Readonly<Record<DurabilityPolicy, DurabilityPolicyRecord>> = {
  AT_LEAST_2: {
    policyName: "AT_LEAST_2",
    quorumType: "AT_LEAST_N",
    requiredCount: 2,
    description: "At least 2 nodes must acknowledge",
  },
  MULTI_CELL_AT_LEAST_2: {
    policyName: "MULTI_CELL_AT_LEAST_2",
    quorumType: "MULTI_CELL_AT_LEAST_N",
    requiredCount: 2,
    description: "At least 2 nodes from different cells must acknowledge",
  },
};

/** The record of a policy of the API, as Multigres itself would write it. */
export function durabilityPolicyRecord(policy: DurabilityPolicy): DurabilityPolicyRecord {
  return policies[policy];
}

export function readDurabilityPolicy(message: DurabilityPolicyMessage): DurabilityPolicyRecord {
  const { policyName, requiredCount, description } = message;
  const known = Object.entries(quorumTypes).find(([, number]) => number === message.quorumType);
  return { policyName, quorumType: known?.[0] as QuorumType | undefined, requiredCount, description };
}

/** Over `existing`, if there is one. */
export function writeDurabilityPolicy(
  desired: DurabilityPolicyRecord,
  existing: DurabilityPolicyMessage | undefined,
): DurabilityPolicyMessage {
  const message = existing ?? create(durabilityPolicySchema);
  message.policyName = desired.policyName;
  if (desired.quorumType !== undefined) message.quorumType = quorumTypes[desired.quorumType];
  message.requiredCount = desired.requiredCount;
  message.description = desired.description;
  return message;
}
