import type { Condition } from "@multigres/api-types";
import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { condition, settled } from "../support/observing.ts";

const cluster = sharedCluster();

interface OfTree extends KubernetesObject {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

describe("a new cluster", () => {
  it("case 55: the first status ever written says Available=False and Progressing=True, of the cluster and of all its children", async () => {
    const namespace = await cluster.namespace("case55");
    const watched: readonly ResourceKind<OfTree>[] = [
      kinds.MultigresCluster,
      kinds.TopoServer,
      kinds.Cell,
      kinds.TableGroup,
      kinds.Shard,
    ];
    const histories = await Promise.all(watched.map((kind) => cluster.history(kind, namespace)));
    await cluster.apply(small(namespace, { cellEtcd: true }));
    await settled(cluster, namespace, "small");

    const firstStatuses = () => {
      const first: Record<string, unknown> = {};
      for (const { kind, metadata, status } of histories.flatMap(({ versions }) => versions)) {
        const name = `${kind} ${metadata?.name}`;
        // The CRD's own default is nobody's write.
        if (status !== undefined && status.observedGeneration !== -1) first[name] ??= summaryOf({ status });
      }
      return first;
    };
    const begins = { Available: "False", Progressing: "True" };
    const wanted = {
      "MultigresCluster small": begins,
      "TopoServer small-global": begins,
      [await localTopoServer(namespace)]: begins,
      "Cell small-z1": begins,
      "TableGroup db-default": begins,
      "Shard db-default-0": begins,
    };
    // A watch tells of a write a moment after it.
    await eventually(() => expect(firstStatuses()).toEqual(wanted));
    for (const history of histories) history.stop();
  });
});

function summaryOf(object: OfTree): Record<string, string | undefined> {
  return Object.fromEntries(["Available", "Progressing"].map((type) => [type, condition(object, type)?.status]));
}

async function localTopoServer(namespace: string): Promise<string> {
  const { items } = await cluster.api.list(kinds.TopoServer, { namespace });
  return `TopoServer ${items.find(({ spec }) => spec.cell !== undefined)?.metadata.name}`;
}
