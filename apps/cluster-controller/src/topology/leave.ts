import { posix } from "node:path";
import {
  cellTopology,
  globalTopology,
  type KeyValue,
  type OpenTopology,
  type TopologyOutcome,
} from "@multigres/topology";

interface LeftGlobalRoot {
  readonly left: OpenTopology;
  /** Where the cluster's topology is now. */
  readonly current: OpenTopology | undefined;
  readonly cells: readonly string[];
  readonly keepComponentsOf: readonly string[];
  readonly shardInitClaims: boolean;
}

/** Records first, then the claim on the root: what is cut off in between is found again by it. */
export async function leaveGlobalRoot(
  { left, current, cells, keepComponentsOf, shardInitClaims }: LeftGlobalRoot,
  signal: AbortSignal,
): Promise<TopologyOutcome> {
  if (current !== undefined && (await isSameRoot(left, current, signal))) return { result: "done" };
  const topology = globalTopology(left);
  const own = await topology.listOwn({ signal });
  for (const database of own.databases) await topology.removeDatabase(database, { shardInitClaims, signal });
  for (const cell of new Set([...cells, ...own.cells])) {
    // Nothing at a root of somebody else's: it says foreign then, and so does all the rest.
    if (!keepComponentsOf.includes(cell)) await cellTopology({ ...left, cell }).removeComponents({ signal });
    if (own.cells.includes(cell)) await topology.removeCell(cell, { signal });
  }
  const released = await topology.release({ signal });
  return released.result === "inUse"
    ? { result: "refused", message: `records were changed by somebody else: ${released.keys.join(", ")}` }
    : { result: "done" };
}

interface LeftCellRoot {
  readonly left: OpenTopology;
  /** Where the cell's topology is now, be it the global one; undefined when the cell is gone. */
  readonly current: OpenTopology | undefined;
  readonly cell: string;
  readonly keepComponentsOf: readonly string[];
  /** Whether `current` is a topology of the cell's own again. */
  readonly ownsCurrent: boolean;
}

export async function leaveCellRoot(
  { left, current, cell, keepComponentsOf, ownsCurrent }: LeftCellRoot,
  signal: AbortSignal,
): Promise<TopologyOutcome> {
  const topology = cellTopology({ ...left, cell });
  const stays = current !== undefined && (await isSameRoot(left, current, signal));
  if (!stays && !keepComponentsOf.includes(cell)) await topology.removeComponents({ signal });
  if (!stays || !ownsCurrent) await topology.release({ signal });
  return { result: "done" };
}

/**
 * Whether two addresses lead to one root of one etcd: then what is under it is in use. The claims there tell, by when they
 * were written; if two servers happen to agree on that, records stay that nobody needs, which does no harm.
 */
async function isSameRoot(a: OpenTopology, b: OpenTopology, signal: AbortSignal): Promise<boolean> {
  if (posix.join(a.root, "x") !== posix.join(b.root, "x")) return false;
  const [one, other] = await Promise.all([claimsAt(a, signal), claimsAt(b, signal)]);
  return one.some((text) => text !== "") && one.join() === other.join();
}

async function claimsAt({ kv, root }: OpenTopology, signal: AbortSignal): Promise<string[]> {
  const key = (scope: string) => ({ key: posix.join(root, "multigres-operator/claims", scope) });
  const { ranges } = await kv.read([key("global"), key("cell")], { signal });
  return ranges.map(([claim]) => (claim === undefined ? "" : writtenWhen(claim)));
}

function writtenWhen({ createRevision, modRevision }: KeyValue): string {
  return `${createRevision}/${modRevision}`;
}
