import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { unchangedDemo } from "../support/unchanged.ts";

const cluster = sharedCluster();

describe("status", () => {
  it("case 57: when everything is Ready, the status is the one that the spec prints", async () => {
    const namespace = await unchangedDemo(cluster);
    const { metadata, status } = await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(found.status?.conditions).toContainEqual(expect.objectContaining({ type: "Available", status: "True" }));
      expect(found.status?.conditions).toContainEqual(
        expect.objectContaining({ type: "Progressing", status: "False" }),
      );
      expect(found.status?.databases?.["prod_db"]?.servingWrites).toBe("True");
      expect(found.status?.databases?.["tiny_db"]?.servingWrites).toBe("True");
      return found;
    });
    expect(status).toMatchObject({
      observedGeneration: metadata.generation,
      globalTopoServer: { etcd: { available: "True" } },
      cells: {
        z1: { gatewayAvailable: "True", topoServerAvailable: "True" },
        z2: { gatewayAvailable: "True", topoServerAvailable: "True" },
      },
      databases: {
        prod_db: { desiredInstances: 6, readyInstances: 6, servingWrites: "True" },
        tiny_db: { desiredInstances: 2, readyInstances: 2, servingWrites: "True" },
      },
      multiadmin: { available: "True", serviceName: "demo-multiadmin" },
      multiorch: { available: "True", serviceName: "demo-multiorch" },
    });
  });
});
