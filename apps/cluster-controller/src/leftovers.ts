import { type Deletion, type DesiredObject, deletionOf, type ResourceKind } from "@multigres/controller-kit";
import { isPaused } from "@multigres/status-kit";
import type { Observed, OwnedObject } from "./observe.ts";
import type { ResolvedCluster } from "./resolve.ts";
import { poolsOf } from "./resources/tablegroup.ts";

/** What the cluster controls and no longer wants. */
export interface Leftovers {
  readonly deletions: readonly Deletion[];
  /** One sentence for each object that is still there. */
  readonly messages: readonly string[];
}

export function leftovers(
  { owned, tableGroups }: Observed,
  cluster: ResolvedCluster,
  desired: readonly DesiredObject[],
): Leftovers {
  const wanted = new Set([
    ...desired.map(({ kind, object }) => keyOf({ kind, object })),
    // Held back by its template, but wanted: the last good children stay.
    ...cluster.databases.map((database) => `TableGroup ${database.tableGroupName}`),
  ]);
  const inUse = new Set(tableGroups.flatMap((tableGroup) => poolsOf(tableGroup).map((pool) => pool.cell)));
  const paused = isPaused(cluster.owner);
  const unwanted = owned.filter((object) => !wanted.has(keyOf(object)));
  const blocked = unwanted.filter((object) => inUse.has(cellNameOf(object) ?? ""));
  const free = unwanted.filter((object) => !blocked.includes(object));
  return {
    deletions: free.map(({ kind, object }) => deletionOf(kind, object, reasonFor(kind))),
    messages: [
      ...blocked.map((object) => `${keyOf(object)} is no longer wanted, but pools still run in it`),
      ...free.map((object) => `${keyOf(object)} is no longer wanted${paused ? "" : " and is being deleted"}`),
    ],
  };
}

const holdsVolumes: ReadonlySet<string> = new Set(["TopoServer", "Cell", "TableGroup"]);

function reasonFor({ kind }: ResourceKind): string {
  return `the spec no longer asks for it.${holdsVolumes.has(kind) ? " Its PersistentVolumeClaims stay." : ""}`;
}

function cellNameOf({ kind, object }: OwnedObject): string | undefined {
  return kind.kind === "Cell" ? (object as { spec?: { name?: string } }).spec?.name : undefined;
}

function keyOf({ kind, object }: Pick<OwnedObject, "kind" | "object">): string {
  return `${kind.kind} ${object.metadata?.name}`;
}
