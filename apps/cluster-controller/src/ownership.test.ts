import { type KubernetesObject, kinds } from "@multigres/controller-kit";
import { expect, test } from "vitest";
import { aCell, aCluster, aPool, aTableGroup, aTopoServer, aWorkload } from "./testing/builders.ts";
import { planFor, planned } from "./testing/reconciling.ts";

const cluster = aCluster({ spec: { databases: [{ name: "tiny_db", spec: { pools: [aPool()] } }] } });
const stranger = aCluster({ name: "stranger" });

function isOurs(live: KubernetesObject): boolean | undefined {
  const desired = planFor(cluster).objects.find(
    ({ kind, object }) => kind.kind === live.kind && object.metadata?.name === live.metadata?.name,
  );
  if (!desired) throw new Error(`${live.kind} ${live.metadata?.name} isn't wanted`);
  return desired.isOurs?.(live);
}

const orphan = { owner: null };

/** The Service as we would make it, without owner, with another spec where one is given. */
function orphanedService(spec?: object): KubernetesObject {
  const service = planned<KubernetesObject & { spec?: object }>(planFor(cluster), kinds.Service).get("demo-multiadmin");
  if (!service) throw new Error("no Service");
  const orphaned = { ...service, metadata: { ...service.metadata, ownerReferences: [] }, spec: spec ?? service.spec };
  return orphaned;
}

test.each<[string, KubernetesObject, boolean]>([
  ["our TopoServer", aTopoServer(cluster, orphan), true],
  ["our Cell", aCell(cluster, "z1", orphan), true],
  ["our TableGroup", aTableGroup(cluster, "tiny_db", orphan), true],
  ["our Service", orphanedService(), true],
  ["a Cell without our labels", aCell(cluster, "z1", { ...orphan, labels: {} }), false],
  [
    "a Cell with our labels and another cluster's spec",
    { ...aCell(stranger, "z1", orphan), metadata: aCell(cluster, "z1", orphan).metadata },
    false,
  ],
  [
    "a Cell with our labels and another cell's spec",
    { ...aCell(cluster, "z2", orphan), metadata: aCell(cluster, "z1", orphan).metadata },
    false,
  ],
  [
    "a TopoServer of a cell",
    { ...aTopoServer(cluster, orphan), spec: { ...aTopoServer(cluster).spec, cell: "z1" } } as KubernetesObject,
    false,
  ],
  [
    "a TableGroup of another database",
    { ...aTableGroup(cluster, "b", orphan), metadata: aTableGroup(cluster, "tiny_db", orphan).metadata },
    false,
  ],
  ["a Service that selects something else", orphanedService({ selector: { app: "x" } }), false],
  ["a workload without spec", aWorkload(cluster, "Deployment", "multiadmin"), false],
])("%s without controller is taken over: %#", (_, live, expected) => {
  expect(isOurs(live)).toBe(expected);
});

test("a TableGroup name that another cluster has leads to a name of our own, and leaves theirs alone", () => {
  const plan = planFor(cluster, [aTableGroup(stranger, "tiny_db")]);
  expect([...planned(plan, kinds.TableGroup).keys()]).toEqual([
    expect.stringMatching(/^demo-tiny-db-default-[0-9a-f]{8}$/),
  ]);
  expect(plan.deletions).toEqual([]);
});
