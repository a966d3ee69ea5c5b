import type { TaskKind } from "@multigres/controller-kit";
import { z } from "zod";
import { callMultiadmin, type MultiadminSettings } from "./client.ts";
import { byPoolerId, type PoolerId } from "./pooler-id.ts";
import type { Rule } from "./rule.ts";
import { enumName, flag, int32, message, poolerId, repeated, ruleNumber } from "./shapes.ts";

export interface PoolerStatusInput extends PoolerId {
  /** `http://host:port` of multiadmin. */
  readonly address: string;
  /** Of the pods that were observed: a status under it was read after that. */
  readonly podsKey: string;
}

/** What a pooler says when it is asked, as opposed to its record. */
export interface PoolerStatus {
  /** As in `POSTGRES_STATUS_<name>`. */
  readonly postgres: string;
  /** Only while it acts as primary and its database answers. */
  readonly primary?: {
    readonly isReady: boolean;
    /** Standbys that stream from it now. */
    readonly connectedFollowers: readonly PoolerId[];
    /** Who may acknowledge a write, and how many of them must. */
    readonly sync?: { readonly needed: number; readonly standbys: readonly PoolerId[] };
  };
  /** Members of the consensus as of the last decision that it knows, itself included. */
  readonly cohort?: readonly PoolerId[];
  readonly rule?: Rule;
}

const answer = z.object({
  status: message({
    postgresStatus: enumName,
    primaryStatus: message({
      ready: flag,
      connectedFollowers: repeated(poolerId),
      syncReplicationConfig: message({ numSync: int32, standbyIds: repeated(poolerId) }),
    }),
  }),
  consensusStatus: message({
    currentPosition: message({
      position: message({ decision: message({ ruleNumber, cohortMembers: repeated(poolerId) }) }),
    }),
  }),
});

// multiadmin asks the pooler, which starts psql and pg_isready to find out: on a busy machine that took up to 12 s, while
// the list, which needs no pooler, came at once. A dead multiadmin is noticed by the list.
const timeoutMs = 15_000;

/** Asks one pooler, through multiadmin. */
export const poolerStatus: TaskKind<PoolerStatusInput, PoolerStatus, MultiadminSettings> = {
  name: "pooler-status",
  readsOnly: true,
  async perform({ address, cell, name }, context) {
    const path = `/api/v1/poolers/${encodeURIComponent(cell)}/${encodeURIComponent(name)}/status`;
    const { status, consensusStatus } = await callMultiadmin({ address, path, answer, timeoutMs }, context);
    const primary = status?.primaryStatus;
    const sync = primary?.syncReplicationConfig;
    const decision = consensusStatus?.currentPosition?.position?.decision;
    return {
      postgres: (status?.postgresStatus ?? "").replace(/^POSTGRES_STATUS_/, ""),
      ...(primary && {
        primary: {
          isReady: primary.ready,
          connectedFollowers: sorted(primary.connectedFollowers),
          ...(sync && { sync: { needed: sync.numSync, standbys: sorted(sync.standbyIds) } }),
        },
      }),
      ...(decision && { cohort: sorted(decision.cohortMembers) }),
      ...(decision?.ruleNumber && { rule: decision.ruleNumber }),
    };
  },
};

/** The order in which they connected says nothing. */
function sorted(ids: readonly PoolerId[]): readonly PoolerId[] {
  return ids.map(({ cell, name }) => ({ cell, name })).sort(byPoolerId);
}
