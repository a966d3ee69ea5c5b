/** Waits of a rollout. All of them end by themselves. */
export const timing = {
  /**
   * How long a pod must have been ready before the next one is taken, where its membership of the cohort can't be read. Pods
   * are back in the cohort 10 s after they are ready; orchestrators with default settings take up to 30 s.
   */
  blindMs: 30_000,
  /** How long the roles must have been unreadable before pods are replaced without knowing them. */
  rolesUnknownMs: 30_000,
  /** How long a shard must have had no primary before its ready pods are replaced all the same: a new template may be the cure. */
  noPrimaryMs: 60_000,
  /** How long a switch-over that went well may take to show. */
  switchOverMs: 60_000,
  /** Attempts to switch over, before the primary's pod is deleted all the same: a graceful deletion resigns, too. */
  switchOverAttempts: 3,
} as const;
