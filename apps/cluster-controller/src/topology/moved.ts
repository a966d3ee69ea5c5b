import type { TableGroup, TopologyReference } from "@multigres/api-types";
import type { Observed } from "../observe.ts";
import type { ResolvedCluster } from "../resolve.ts";

/** TableGroups with pods that may still dial another global topology server than the one that the spec names; sorted. */
export function notMovedYet({ topology }: ResolvedCluster, { tableGroups }: Observed): string[] {
  return tableGroups
    .filter((tableGroup) => !hasMoved(tableGroup, topology))
    .map(({ metadata }) => `TableGroup ${metadata.name}`)
    .sort();
}

function hasMoved({ metadata, spec, status }: TableGroup, { address, rootPath }: TopologyReference): boolean {
  const reference = spec?.globalTopoServer as TopologyReference | undefined;
  return (
    reference?.address === address &&
    reference.rootPath === rootPath &&
    status?.observedGeneration === metadata.generation &&
    status?.totalPods !== undefined &&
    (status.updatedPods ?? 0) >= status.totalPods
  );
}
