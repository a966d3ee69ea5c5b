import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { settled } from "../support/observing.ts";

const cluster = sharedCluster();

describe("images", () => {
  it("case 44: pull policy and pull secrets reach every container of every pod, of all six workload kinds", async () => {
    const namespace = await cluster.namespace("case44");
    const imagePullSecrets = [{ name: "first-registry" }, { name: "second-registry" }];
    const made = small(namespace, { cellEtcd: true });
    // Kubernetes itself would choose it for no image.
    made.spec.images = { imagePullPolicy: "Never", imagePullSecrets };
    await cluster.apply(made);
    await settled(cluster, namespace, "small");
    const { items } = await cluster.api.list(kinds.Pod, { namespace });
    const workloads = items.map(({ metadata }) =>
      ["component", "topo-scope"]
        .flatMap(
          (label) =>
            metadata?.labels?.[`app.kubernetes.io/${label}`] ?? metadata?.labels?.[`multigres.com/${label}`] ?? [],
        )
        .join(" "),
    );
    expect([...new Set(workloads)].sort()).toEqual([
      "multiadmin",
      "multigateway",
      "multiorch",
      "shard-pool",
      "toposerver cell",
      "toposerver global",
    ]);
    for (const { metadata, spec } of items) {
      expect(spec?.imagePullSecrets, `${metadata?.name}`).toEqual(imagePullSecrets);
      for (const { name, imagePullPolicy } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
        expect(imagePullPolicy, `${metadata?.name}, container ${name}`).toBe("Never");
      }
    }
  });
});
