import { wantedOf } from "../expectation/wanted.ts";
import { type Fleet, goodPostgresImage } from "../fleet.ts";
import { isPaused, pausedAnnotation } from "../manifests.ts";
import type { Random } from "../random.ts";
import { componentEdits } from "./components.ts";
import type { Edited, EditKind } from "./edit.ts";
import { metadataEdits } from "./metadata.ts";
import { poolEdits } from "./pools.ts";
import { noteSizes } from "./sizes.ts";
import { treeEdits } from "./tree.ts";

export const editKinds: readonly EditKind[] = [...componentEdits, ...poolEdits, ...treeEdits, ...metadataEdits];

export interface NextEdit extends Edited {
  readonly kind: string;
  /** With this edit and all before it. */
  readonly fleet: Fleet;
}

/** The next edit that changes something, and that the API accepts and the operator can follow to the letter. */
export function nextEdit(fleet: Fleet, random: Random): NextEdit {
  for (;;) {
    const kind = weighted(random);
    const draft = structuredClone(fleet);
    const edited = kind.make(draft, random);
    if (edited === undefined || !isWhole(draft) || !noteSizes(draft)) continue;
    const { clusters, templates } = fleet;
    if (
      JSON.stringify({ clusters, templates }) ===
      JSON.stringify({ clusters: draft.clusters, templates: draft.templates })
    )
      continue;
    return { ...edited, kind: kind.name, fleet: draft };
  }
}

/** The edits with which every cluster can be as it is wanted: no pause, no image that doesn't run. */
export function healed(fleet: Fleet): Fleet {
  const draft = structuredClone(fleet);
  for (const { metadata, spec } of draft.clusters.filter((cluster) => isPaused(cluster) || isBroken(cluster))) {
    const { [pausedAnnotation]: _, ...others } = metadata.annotations ?? {};
    metadata.annotations = others;
    if (isBroken({ spec })) spec.images.postgres = goodPostgresImage;
  }
  return draft;
}

function isBroken({ spec }: Pick<Fleet["clusters"][number], "spec">): boolean {
  return spec.images.postgres.endsWith(":crash");
}

const mostInstances = 6;

/** Fewer than two instances are never left: the durability policy needs them. */
function isWhole({ clusters, templates }: Fleet): boolean {
  return clusters.every((cluster) => {
    const template = templates.find(({ metadata }) => metadata.namespace === cluster.metadata.namespace);
    return [...wantedOf(cluster, template).databases.values()].every((pools) => {
      const instances = [...pools.values()].reduce((sum, { replicas }) => sum + replicas, 0);
      return instances >= 2 && instances <= mostInstances;
    });
  });
}

function weighted(random: Random): EditKind {
  let rest = random.next() * editKinds.reduce((sum, { weight }) => sum + weight, 0);
  const found = editKinds.find(({ weight }) => (rest -= weight) < 0);
  if (found === undefined) throw new RangeError("no kind of edit");
  return found;
}
