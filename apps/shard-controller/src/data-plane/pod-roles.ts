import type { ShardStatus } from "@multigres/api-types";
import { timeLeft } from "@multigres/status-kit";
import type { PodRole } from "./data-plane.ts";

export type PodRoles = NonNullable<ShardStatus["podRoles"]>;

/** Those of `roles`, with the time since when, which moves only with a pod's role. */
export function podRolesOf(roles: ReadonlyMap<string, PodRole>, before: PodRoles | undefined, now: Date): PodRoles {
  const known = new Map(before?.map((entry) => [entry.name, entry]));
  return [...roles]
    .map(([name, role]) => {
      const entry = known.get(name);
      return entry?.role === role ? entry : { name, role, since: `${now.toISOString().slice(0, 19)}Z` };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A pod that comes back is a follower after 3 to 10 s, after a failover up to 40 s. One that restores a large backup
 * needs longer; that it is named meanwhile does no harm.
 */
const graceMs = 60_000;

export interface Laggards {
  /** Names of pods that haven't followed for longer than they may. */
  readonly overdue: readonly string[];
  /** Until the next of the others is overdue too. */
  readonly nextAfterMs: number | undefined;
}

export function laggardsOf(roles: PodRoles, now: Date): Laggards {
  const waits = roles
    .filter(({ role }) => role === "NotFollowing")
    .map(({ name, since }) => ({ name, ms: timeLeft(since, graceMs, now) }));
  const pending = waits.filter(({ ms }) => ms > 0).map(({ ms }) => ms);
  return {
    overdue: waits.filter(({ ms }) => ms <= 0).map(({ name }) => name),
    nextAfterMs: pending.length === 0 ? undefined : Math.min(...pending),
  };
}
