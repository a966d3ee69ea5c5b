/** What differs from a cluster in which all is well; of one cluster. */
export interface Script {
  /**
   * - `cut`: connections are closed without an answer, as of a process that has died.
   * - `hang`: nobody ever answers, as of a node that has died.
   * - `error`: every answer is a 500, as without a topology server.
   */
  readonly mode?: "ok" | "cut" | "hang" | "error";
  /** No pooler can be asked: only what stands in the topology is told. */
  readonly statusFails?: boolean;
  /** By database. */
  readonly shards?: Readonly<Record<string, ShardScript>>;
}

/** Pods are told by their names. */
export interface ShardScript {
  /** Null: nobody; unset: whoever was elected. */
  readonly primary?: string | null;
  /** Calls itself primary too, by an older rule. */
  readonly alsoPrimary?: string;
  /** Run, and neither stream nor take part. */
  readonly notFollowing?: readonly string[];
  /** Stream, and don't take part. */
  readonly notInCohort?: readonly string[];
  /** How long nobody is primary after one was lost. Default 0. */
  readonly electionMs?: number;
  /** How long after it is ready a pod takes part. Default 0. */
  readonly joinMs?: number;
  /** Switch-overs are answered by a 500 and do nothing. */
  readonly switchFails?: boolean;
}
