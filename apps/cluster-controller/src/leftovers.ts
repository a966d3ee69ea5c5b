import type { Cell, TableGroup } from "@multigres/api-types";
import { type Deletion, type DesiredObject, deletionOf, kinds, type ResourceKind } from "@multigres/controller-kit";
import { type ConditionDraft, conditionTypes, isPaused, joinMessages, reasons } from "@multigres/status-kit";
import type { Observed, OwnedObject } from "./observe.ts";
import type { ResolvedCluster } from "./resolve.ts";
import { poolsOf } from "./resources/tablegroup.ts";
import { cellsWithPods } from "./topology/pool-pods.ts";
import type { Registration } from "./topology/registration.ts";
import { notMovedYet } from "./topology/moved.ts";
import { volumesFate } from "./volumes/fate.ts";
import { type Handover, handover } from "./volumes/handover.ts";
import { release } from "./volumes/release.ts";

/** What the cluster controls and no longer wants. */
export interface Leftovers {
  /** What is to be written before something may go, or because it stays after all. */
  readonly objects: readonly DesiredObject[];
  readonly deletions: readonly Deletion[];
  /** One sentence for each object that is still there. */
  readonly messages: readonly string[];
  /** `CellDraining`, while a removed cell can't go yet. */
  readonly draining: ConditionDraft | undefined;
}

interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

/** By the TableGroup's name. */
type Handovers = ReadonlyMap<string, Handover>;

export function leftovers(
  observed: Observed,
  cluster: ResolvedCluster,
  desired: readonly DesiredObject[],
  registration: Registration,
): Leftovers {
  const wanted = new Set([
    ...desired.map(({ kind, object }) => keyOf({ kind, object })),
    // Held back by its template, but wanted: the last good children stay.
    ...cluster.databases.map((database) => `TableGroup ${database.tableGroupName}`),
  ]);
  const paused = isPaused(cluster.owner);
  const unwanted = observed.owned.filter((object) => !wanted.has(keyOf(object)));
  const { claims, tableGroups } = observed;
  const handovers: Handovers = new Map(
    tableGroups.map((object) => {
      const isWanted = wanted.has(keyOf({ kind: kinds.TableGroup, object }));
      return [object.metadata.name, handover(object, { isWanted, cluster, claims })];
    }),
  );
  const judged = unwanted.map((object) => ({
    object,
    obstacle: obstacleOf(object, observed, cluster, registration, handovers),
  }));
  const blocked = judged.flatMap(({ object, obstacle }) => (obstacle ? [{ object, ...obstacle }] : []));
  const free = judged.flatMap(({ object, obstacle }) => (obstacle ? [] : [object]));
  return {
    objects: [...[...handovers.values()].flatMap(({ objects }) => objects), ...release(tableGroups, cluster, claims)],
    deletions: free.map((object) =>
      deletion(object, "the spec no longer asks for it.", handovers.get(object.object.metadata?.name ?? "")?.go),
    ),
    messages: [
      ...blocked.map(({ object, message }) => `${keyOf(object)} is no longer wanted, but ${message}`),
      ...free.map((object) => `${keyOf(object)} is no longer wanted${paused ? "" : " and is being deleted"}`),
    ],
    draining: drainingCondition(blocked.filter(({ object }) => object.kind.kind === kinds.Cell.kind)),
  };
}

/**
 * Deletes a child so that it stays until the last pod behind it is gone: until then it is somebody's place.
 * @param volumesGo whether a TableGroup's volumes go, too
 */
export function deletion({ kind, object }: OwnedObject, because: string, volumesGo = false): Deletion {
  const fate = volumesFate(kind, object, volumesGo);
  const whole = deletionOf(kind, object, fate === undefined ? because : `${because} ${fate}`);
  return staysUntilPodsAreGone.has(kind.kind) ? { ...whole, propagationPolicy: "Foreground" } : whole;
}

const staysUntilPodsAreGone: ReadonlySet<string> = new Set([kinds.Cell.kind, kinds.TableGroup.kind]);

function obstacleOf(
  { kind, object }: OwnedObject,
  observed: Observed,
  cluster: ResolvedCluster,
  registration: Registration,
  handovers: Handovers,
): Obstacle | undefined {
  switch (kind.kind) {
    case kinds.Cell.kind:
      return inTheWayOfCell(object as Cell, observed, registration);
    case kinds.TopoServer.kind:
      return inTheWayOfTopoServer(cluster, observed);
    case kinds.TableGroup.kind:
      return inTheWayOfTableGroup(handovers.get(object.metadata?.name ?? ""));
    default:
      return undefined;
  }
}

/** Pods first, then the Database records that name the cell; if etcd can't be asked, the record of the cell just stays. */
function inTheWayOfCell(
  { spec }: Cell,
  { tableGroups, poolPods }: Observed,
  { databases, removal }: Registration,
): Obstacle | undefined {
  const name: unknown = spec?.name;
  if (typeof name !== "string") return undefined;
  const isUsed = (tableGroup: TableGroup) => poolsOf(tableGroup).some((pool) => pool.cell === name);
  if (tableGroups.some(isUsed) || cellsWithPods(poolPods).includes(name)) {
    return { reason: reasons.podsRemain, message: "pools still run in it" };
  }
  const pending = [...databases.map(({ step }) => step), removal].some(({ state }) => state === "pending");
  return pending
    ? { reason: reasons.registeredInDatabases, message: "records of databases in the topology may still name it" }
    : undefined;
}

/** What runs goes on with the old server until it is told the new one, which takes a restart of each pod. */
function inTheWayOfTopoServer(cluster: ResolvedCluster, observed: Observed): Obstacle | undefined {
  const users = notMovedYet(cluster, observed);
  return users.length === 0
    ? undefined
    : { reason: reasons.podsRemain, message: `pods still use it (${users.join(", ")})` };
}

function inTheWayOfTableGroup(
  { go, pending }: Handover = { go: false, objects: [], pending: [] },
): Obstacle | undefined {
  if (pending.length === 0) return undefined;
  const wait = go ? "must be owned by it first, to go with it" : "must first be owned by nobody, to stay";
  return { reason: reasons.removing, message: `its PersistentVolumeClaims ${wait} (${joinMessages(pending, 400)})` };
}

function drainingCondition(cells: readonly (Obstacle & { object: OwnedObject })[]): ConditionDraft | undefined {
  const [first] = cells;
  return (
    first && {
      type: conditionTypes.cellDraining,
      status: "True",
      reason: first.reason,
      message: joinMessages(cells.map(({ object, message }) => `${keyOf(object)} stays, because ${message}`)),
    }
  );
}

function keyOf({ kind, object }: { readonly kind: ResourceKind; readonly object: OwnedObject["object"] }): string {
  return `${kind.kind} ${object.metadata?.name}`;
}
