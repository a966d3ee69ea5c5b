import type { MultigresCluster } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { settled } from "../support/observing.ts";

const cluster = sharedCluster();

describe("scaling", () => {
  it("case 51: multiadmin 1, 5, 1 and gateways 2, 5, 1: pods and status follow", async () => {
    const namespace = await cluster.namespace("case51");
    const scaled = (multiadmin: number, gateways: number): MultigresCluster => {
      const made = small(namespace, { gateways });
      made.spec.multiadmin = { replicas: multiadmin };
      return made;
    };
    const readyPods = async (labelSelector: string) => {
      const { items } = await cluster.api.list(kinds.Pod, { namespace, labelSelector });
      expect(items.every(({ metadata }) => metadata?.deletionTimestamp === undefined)).toBe(true);
      return items.filter(({ status }) =>
        status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True"),
      ).length;
    };
    for (const [multiadmin, gateways] of [
      [1, 2],
      [5, 5],
      [1, 1],
    ] as const) {
      await cluster.apply(scaled(multiadmin, gateways));
      const { status } = await settled(cluster, namespace, "small");
      expect(status?.multiadmin).toMatchObject({ available: "True" });
      const cell = await cluster.api.get(kinds.Cell, { namespace, name: "small-z1" });
      expect(cell.status).toMatchObject({ gatewayReplicas: gateways, gatewayReadyReplicas: gateways });
      for (const [name, replicas] of [
        ["small-multiadmin", multiadmin],
        ["small-z1-gateway", gateways],
      ] as const) {
        const deployment = await cluster.api.get(kinds.Deployment, { namespace, name });
        expect(deployment).toMatchObject({ spec: { replicas }, status: { readyReplicas: replicas } });
      }
      await eventually(async () => {
        expect(await readyPods("app.kubernetes.io/component=multiadmin")).toBe(multiadmin);
        expect(await readyPods("app.kubernetes.io/component=multigateway,multigres.com/cell=z1")).toBe(gateways);
      });
      const { items: budgets } = await cluster.api.list(kinds.PodDisruptionBudget, { namespace });
      const budgeted = budgets.map(({ metadata }) => metadata?.name);
      expect(budgeted.includes("small-multiadmin"), "a PDB for multiadmin").toBe(multiadmin > 1);
      expect(budgeted.includes("small-z1-gateway"), "a PDB for gateways").toBe(gateways > 1);
    }
  });
});
