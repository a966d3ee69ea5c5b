import { posix } from "node:path";
import {
  type CellRecord,
  cellTopology,
  type GlobalTopology,
  globalTopology,
  MalformedRecordError,
  type OpenTopology,
  type TopologyOutcome,
} from "@multigres/topology";

export interface Wanted {
  readonly keep: { readonly databases: readonly string[]; readonly cells: readonly string[] };
  readonly shardInitClaims: boolean;
  readonly place: { readonly server: { readonly address: string } };
}

/** Databases first: a cell's record stays as long as one of them names it, which the next time settles. */
export async function removeUnwanted(
  opened: OpenTopology,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<TopologyOutcome> {
  const topology = globalTopology(opened);
  const own = await topology.listOwn({ signal });
  for (const database of without(own.databases, wanted.keep.databases)) {
    await topology.removeDatabase(database, { shardInitClaims: wanted.shardInitClaims, signal });
  }
  for (const cell of without(own.cells, wanted.keep.cells)) {
    const record = await readCell(topology, cell, signal);
    // What registered itself on a server of the cell's own goes with that server, or is left by a task of its own.
    if (record !== undefined && isAt(record, wanted.place.server.address)) {
      await cellTopology({ ...opened, root: record.root, cell }).removeComponents({ signal });
    }
    await topology.removeCell(cell, { signal });
  }
  return { result: "done" };
}

async function readCell(topology: GlobalTopology, cell: string, signal: AbortSignal): Promise<CellRecord | undefined> {
  try {
    return await topology.readCell(cell, { signal });
  } catch (error) {
    if (error instanceof MalformedRecordError) return undefined;
    throw error;
  }
}

function isAt({ serverAddresses, root }: CellRecord, address: string): boolean {
  return root !== "" && posix.isAbsolute(root) && serverAddresses.join(",") === address;
}

function without(names: readonly string[], kept: readonly string[]): string[] {
  return names.filter((name) => !kept.includes(name));
}
