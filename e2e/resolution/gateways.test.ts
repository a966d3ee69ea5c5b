import type { CellDefinition, CellSpec } from "@multigres/api-types";
import { kinds } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const cluster = sharedCluster();

type MultiGateway = NonNullable<CellDefinition["spec"]>["multiGateway"];

const cells: readonly { name: string; given: MultiGateway; resolved: CellSpec["multiGateway"] }[] = [
  {
    name: "static",
    given: { static: { replicas: 2, resources: { requests: { cpu: "333m", memory: "700Mi" } } } },
    resolved: { replicas: 2, resources: { requests: { cpu: "333m", memory: "700Mi" } } },
  },
  {
    name: "dynamic",
    given: { dynamic: { replicasPerCell: 2, resourceMultiplier: 1.5 } },
    resolved: {
      replicas: 2,
      resources: { requests: { cpu: "750m", memory: "768Mi" }, limits: { cpu: "1500m", memory: "1536Mi" } },
    },
  },
  {
    // 512Mi and 1Gi times 1.1 are no whole number of Mi.
    name: "rounded",
    given: { dynamic: { replicasPerCell: 1, resourceMultiplier: 1.1 } },
    resolved: {
      replicas: 1,
      resources: { requests: { cpu: "550m", memory: "564Mi" }, limits: { cpu: "1100m", memory: "1127Mi" } },
    },
  },
  {
    name: "unset",
    given: undefined,
    resolved: {
      replicas: 1,
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    },
  },
];

describe("gateways", () => {
  it("case 27: dynamic multiplies the base and rounds up, static passes through, neither is the default", async () => {
    const namespace = await cluster.namespace("case27");
    const asked = small(namespace);
    asked.spec.cells = cells.map(({ name, given }) => ({ name, spec: { multiGateway: given } }));
    delete asked.spec.databases;
    await cluster.apply(asked);
    for (const { name, resolved } of cells) {
      const { spec } = await eventually(() => cluster.api.get(kinds.Cell, { namespace, name: `small-${name}` }));
      expect({ name, multiGateway: spec.multiGateway }).toEqual({ name, multiGateway: resolved });
    }
  });
});
