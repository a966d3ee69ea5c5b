/** Which decision of the shard's consensus made a pooler the primary. Decimal numbers of 64 bits. */
export interface Rule {
  readonly coordinatorTerm: string;
  readonly leaderSubterm: string;
}

/** By term, then by subterm, as Multigres ranks them. A pooler without a rule comes before all others. */
export function compareRules(a: Rule | undefined, b: Rule | undefined): number {
  return (
    compare(a?.coordinatorTerm ?? "-1", b?.coordinatorTerm ?? "-1") ||
    compare(a?.leaderSubterm ?? "0", b?.leaderSubterm ?? "0")
  );
}

function compare(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}
