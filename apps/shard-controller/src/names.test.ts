import type { V1Container, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import { limits } from "@multigres/workload-kit";
import { describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import { aPool, aShard, nothingOf, now, planned } from "./testing/builders.ts";

// The longest that admission lets through, with parts that differ in their last character only.
const cell = (last: string) => `${"c".repeat(29)}${last}`;
const pools = ["1", "2"].flatMap((last) => [
  aPool({ cell: cell(last), replicas: 100 }),
  aPool({ cell: cell(last), replicas: 100, type: "readOnly" }),
]);
const shards = ["a", "b"].flatMap((last) =>
  ["x", "y"].map((lastOfDatabase) =>
    aShard({
      cluster: { name: `${"m".repeat(39)}${last}`, uid: "u" },
      database: `${"d_".repeat(31)}${lastOfDatabase}`,
      cells: [{ name: cell("1") }, { name: cell("2") }],
      pools,
      images: { multipooler: "multigres:1", postgres: "postgres:15.3", pgctld: "pgctld:1" },
    }),
  ),
);
const plans = shards.map((shard) => reconcile(nothingOf(shard), { now }));
const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

function containersOf(statefulSet: V1StatefulSet): V1Container[] {
  const pod = statefulSet.spec?.template.spec;
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
}

describe("with the longest names", () => {
  test("all objects of one kind are named differently, over clusters, databases and pools", () => {
    const all = plans.flatMap(({ objects }) =>
      objects.map(({ kind, object }) => `${kind.kind} ${object.metadata?.name}`),
    );
    // Per shard: 4 pools of a headless Service, 100 pods' Services and a StatefulSet; budget, HBA and repository.
    expect(all).toHaveLength(shards.length * (4 * 102 + 3));
    expect(new Set(all).size).toBe(all.length);
  });

  test("every name is a legal DNS label, and a StatefulSet's leaves room for its pods' labels", () => {
    for (const { kind, object } of plans.flatMap(({ objects }) => objects)) {
      const name = object.metadata?.name ?? "";
      expect(name).toMatch(label);
      expect(name.length).toBeLessThanOrEqual(kind.kind === "StatefulSet" ? limits.statefulSet : limits.dnsLabel);
    }
  });

  test("a pod's Service is named as the pod that the StatefulSet makes", () => {
    for (const plan of plans) {
      const services = new Set(planned(plan, "Service").map(({ metadata }) => metadata?.name));
      for (const { metadata, spec } of planned(plan, "StatefulSet") as V1StatefulSet[]) {
        expect(services).toContain(spec?.serviceName);
        expect(services).toContain(`${metadata?.name}-0`);
        expect(services).toContain(`${metadata?.name}-${(spec?.replicas ?? 0) - 1}`);
      }
    }
  });

  test("labels and port names are legal", () => {
    for (const plan of plans) {
      for (const { object } of plan.objects) {
        for (const value of Object.values(object.metadata?.labels ?? {})) expect(value.length).toBeLessThanOrEqual(63);
      }
      const ports = [
        ...(planned(plan, "Service") as V1Service[]).flatMap(({ spec }) => spec?.ports ?? []),
        ...(planned(plan, "StatefulSet") as V1StatefulSet[]).flatMap(containersOf).flatMap((c) => c.ports ?? []),
      ];
      for (const { name = "" } of ports) {
        expect(name).toMatch(label);
        expect(name.length).toBeLessThanOrEqual(limits.portName);
      }
    }
  });

  test("service ids fit into Postgres' application_name together with the cell, and differ within a cell", () => {
    const ids = plans.flatMap((plan) =>
      (planned(plan, "StatefulSet") as V1StatefulSet[]).map((statefulSet) => {
        const args = containersOf(statefulSet).find(({ name }) => name === "multipooler")?.args ?? [];
        const value = (flag: string) => args.find((arg) => arg.startsWith(`--${flag}=`))?.split("=")[1] ?? "";
        return `${value("cell")}_${value("service-id").replace("$(POD_INDEX)", "99")}`;
      }),
    );
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(limits.applicationName);
    // Clusters have topologies of their own, so ids repeat between them and nowhere else.
    expect(new Set(ids).size).toBe(ids.length / 2);
  });
});
