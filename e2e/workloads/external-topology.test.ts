import { type KubernetesObject, kinds, type ResourceKind } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { leanDemo, leanStd } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";

const cluster = sharedCluster();
const address = "etcd.elsewhere.svc:2379";

interface TopologyReader extends KubernetesObject {
  readonly spec: { readonly globalTopoServer: unknown };
}

describe("an external topology server", () => {
  it("case 45: no global TopoServer exists; Cells, Shards and every component get the external address", async () => {
    const namespace = await cluster.namespace("case45");
    await cluster.apply(
      leanStd(undefined, namespace),
      leanDemo(({ spec }) => {
        spec.globalTopoServer = { rootPath: "/elsewhere/global", external: { address } };
      }, namespace),
    );
    const pods = await eventually(async () => {
      const { items } = await cluster.api.list(kinds.Pod, { namespace });
      const multigres = items.filter(
        ({ metadata }) => metadata?.labels?.["app.kubernetes.io/component"] !== "toposerver",
      );
      // 2 gateways, multiadmin, multiorch, and 2 + 2 of the pools.
      expect(multigres).toHaveLength(8);
      return multigres;
    });
    const reference = { address, rootPath: "/elsewhere/global" };
    const readers: readonly ResourceKind<TopologyReader>[] = [kinds.Cell, kinds.TableGroup, kinds.Shard];
    for (const kind of readers) {
      const { items } = await cluster.api.list(kind, { namespace });
      expect(items, `all ${kind.plural}`).toHaveLength(2);
      for (const { spec } of items) expect(spec.globalTopoServer).toEqual(reference);
    }
    for (const { metadata, spec } of pods) {
      const [container] = spec?.containers ?? [];
      expect(container?.args, `${metadata?.name}`).toEqual(
        expect.arrayContaining([`--topo-global-server-addresses=${address}`, "--topo-global-root=/elsewhere/global"]),
      );
    }
    await always(async () => {
      const { items } = await cluster.api.list(kinds.TopoServer, { namespace });
      // The cell's own stays managed.
      expect(items.map(({ spec }) => spec.cell)).toEqual(["z2"]);
    }, 1000);
    await eventually(async () => {
      const { status } = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(status?.globalTopoServer?.etcd?.available).toBe("True");
    });
  });
});
