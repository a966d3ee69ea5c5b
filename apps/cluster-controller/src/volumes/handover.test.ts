import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { MultigresCluster, OwnerReference, PersistentVolumeClaimRetentionPolicy } from "@multigres/api-types";
import { clusterOwner, type KubernetesObject, kinds, tableGroupOwner } from "@multigres/controller-kit";
import { describe, expect, it } from "vitest";
import { aClaim, aCluster, aPool, aTableGroup } from "../testing/builders.ts";
import { condition, deleted, planFor, planned } from "../testing/reconciling.ts";

type Policy = PersistentVolumeClaimRetentionPolicy;

const Delete: Policy = { whenDeleted: "Delete" };
const Retain: Policy = { whenDeleted: "Retain", whenScaled: "Delete" };
const leaving = { deletionTimestamp: "2026-11-20T09:00:00Z" };

/** A cluster that wants these databases. */
const wanting = (policy: Policy | undefined, ...databases: string[]) =>
  aCluster({
    spec: {
      databases: databases.map((name) => ({ name, spec: { pools: [aPool()] } })),
      ...(policy && { persistentVolumeClaimRetentionPolicy: policy }),
    },
  });

const demo = wanting(Delete, "db");
const old = aTableGroup(demo, "old_db", { policy: Delete });
const cluster = clusterOwner({ name: "demo", uid: "uid-demo" });
const tableGroup = tableGroupOwner(old);
const other: OwnerReference = { apiVersion: "v1", kind: "ConfigMap", name: "mine", uid: "uid-mine" };

const claim = (of: number | "repository", ...owners: OwnerReference[]) => aClaim(demo, "old_db", of, { owners });

/** What changes hands, as `<claim> <kinds of its owners>`, and what is deleted. */
function outcome(wanted: MultigresCluster, ...objects: KubernetesObject[]): string[] {
  const plan = planFor(wanted, objects);
  const patched = [...planned<V1PersistentVolumeClaim>(plan, kinds.PersistentVolumeClaim)].map(
    ([name, { metadata }]) => {
      const owners = metadata?.ownerReferences?.map(({ kind }) => kind).join("+");
      return `${name.replace(/^data-demo-(.+)-replica-z1-\w{8}/, "$1").replace(/^demo-(.+)-\w{8}$/, "$1")} ${owners || "nobody"}`;
    },
  );
  return [...patched, ...deleted(plan)];
}

const gone = "TableGroup old-db-default";

describe("the volumes of a database that is removed", () => {
  it.each<[string, MultigresCluster, KubernetesObject[], string[]]>([
    [
      "change hands first under whenDeleted: Delete",
      demo,
      [old, claim(0, cluster), claim("repository", cluster)],
      ["old-db-0 TableGroup", "old-db-repository TableGroup"],
    ],
    [
      "go with the TableGroup when all have changed hands",
      demo,
      [old, claim(0, tableGroup), claim(1, tableGroup)],
      [gone],
    ],
    [
      "hold it back until the last one has",
      demo,
      [old, claim(0, tableGroup), claim(1, cluster)],
      ["old-db-1 TableGroup"],
    ],
    ["hold it back while one has no owner yet", demo, [old, claim(0, tableGroup), claim(1)], []],
    ["have one of the two as owner", demo, [old, claim(0, cluster, tableGroup)], ["old-db-0 TableGroup"]],
    [
      "stay with the cluster when Retain was in force until now",
      demo,
      [aTableGroup(demo, "old_db", { policy: Retain }), claim(0, cluster)],
      [gone],
    ],
    ["keep their other owners", demo, [old, claim(0, other, cluster)], ["old-db-0 ConfigMap+TableGroup"]],
    [
      "that are on their way out need nothing",
      demo,
      [old, aClaim(demo, "old_db", 0, { owners: [cluster], deletionTimestamp: new Date() })],
      [gone],
    ],
    [
      "aren't those of somebody who borrowed its labels",
      demo,
      [old, aClaim(demo, "old_db", 0, { name: "mine-0", owners: [cluster] })],
      [gone],
    ],
    [
      "aren't those of another cluster's database of the name",
      demo,
      [old, aClaim(aCluster({ name: "twin" }), "old_db", 0, { owners: [cluster] })],
      [gone],
    ],
    ["aren't those of a database that stays", demo, [old, aClaim(demo, "db", 0, { owners: [cluster] })], [gone]],
    ["stay under Retain", wanting(undefined, "db"), [aTableGroup(demo, "old_db"), claim(0)], [gone]],
    [
      "stay when the policy said Retain while it was wanted",
      demo,
      [aTableGroup(demo, "old_db", { policy: Retain }), claim(0)],
      [gone],
    ],
    [
      "stay when somebody has changed the TableGroup",
      demo,
      [
        aTableGroup(demo, "old_db", { policy: Delete, annotations: { "multigres.com/spec-hash": "other" } }),
        claim(0, cluster),
      ],
      [gone],
    ],
    [
      "stay when the TableGroup is on its way out already",
      demo,
      [aTableGroup(demo, "old_db", { policy: Delete, ...leaving }), claim(0, cluster)],
      [gone],
    ],
    [
      "stay when it has another TableGroup",
      demo,
      [
        aTableGroup(demo, "db"),
        aTableGroup(demo, "db", { name: "db-second", policy: Delete }),
        aClaim(demo, "db", 0, { owners: [cluster] }),
      ],
      ["TableGroup db-second"],
    ],
    [
      "of which nothing can be read stay",
      demo,
      [
        { ...old, spec: { database: "old_db", persistentVolumeClaimRetentionPolicy: Delete } } as KubernetesObject,
        claim(0, cluster),
      ],
      [gone],
    ],
  ])("%s", (_, wanted, objects, expected) => {
    expect(outcome(wanted, ...objects)).toEqual(expected);
  });

  it("go under its old name when it is renamed", () => {
    const renamed = wanting(Delete, "new_db");
    expect(outcome(renamed, old, claim(0, cluster))).toEqual(["old-db-0 TableGroup"]);
    expect(outcome(renamed, old, claim(0, tableGroup))).toEqual([gone]);
  });

  it("are named, with what becomes of them", () => {
    const waiting = planFor(demo, [old, claim(0, cluster)]);
    expect(condition(waiting.status([]), "Progressing").message).toMatch(
      /TableGroup old-db-default is no longer wanted, but its PersistentVolumeClaims must be owned by it first, to go with it \(data-demo-old-db-replica-z1-\w{8}-0\)/,
    );
    const going = planFor(demo, [old, claim(0, tableGroup)]);
    expect(going.deletions[0]?.because).toMatch(
      /Its PersistentVolumeClaims go, too, as persistentVolumeClaimRetentionPolicy says: data-demo-old-db-replica-z1-\w{8}-0 to -2; demo-old-db-repository-\w{8}$/,
    );
  });
});

describe("a TableGroup on its way out", () => {
  const going = aTableGroup(demo, "old_db", { policy: Delete, ...leaving });

  it.each<[string, OwnerReference, string]>([
    ["takes along what it was given", tableGroup, "PersistentVolumeClaims go, too"],
    ["takes nothing else", cluster, "PersistentVolumeClaims stay"],
  ])("%s, and says so", (_, owner, fate) => {
    const { because } = planFor(demo, [going, claim(0, owner)]).deletions[0] ?? {};
    expect(because).toContain(fate);
  });
});

describe("when the policy is changed to Retain with the removal, or before it is done", () => {
  const keeping = wanting(Retain, "db");

  it("the TableGroup is told first, and waits until no volume has an owner that goes", () => {
    const plan = planFor(keeping, [old, claim(0, cluster)]);
    expect(deleted(plan)).toEqual([]);
    expect(planned(plan, kinds.TableGroup).get("old-db-default")).toMatchObject({
      metadata: { labels: old.metadata.labels, ownerReferences: old.metadata.ownerReferences },
      spec: { ...old.spec, persistentVolumeClaimRetentionPolicy: Retain },
    });
    const told = aTableGroup(demo, "old_db", { policy: Retain });
    const waiting = planFor(keeping, [told, claim(0, cluster)]);
    expect(planned(waiting, kinds.TableGroup).has("old-db-default")).toBe(false);
    expect(deleted(waiting)).toEqual([]);
    expect(condition(waiting.status([]), "Progressing").message).toContain("must first be owned by nobody, to stay");
    expect(outcome(keeping, told, claim(0))).toEqual([gone]);
  });

  it("volumes that had changed hands are taken back", () => {
    expect(outcome(keeping, old, claim(0, tableGroup), claim(1, cluster))).toEqual(["old-db-0 nobody"]);
    const told = aTableGroup(demo, "old_db", { policy: Retain });
    expect(outcome(keeping, told, claim(0, tableGroup))).toEqual(["old-db-0 nobody"]);
  });

  it("a second TableGroup of a database that stays doesn't wait for its volumes", () => {
    const second = aTableGroup(demo, "db", { name: "db-second", policy: Delete });
    const used = aClaim(demo, "db", 0, { owners: [cluster] });
    expect(outcome(keeping, aTableGroup(demo, "db"), second, used)).toEqual(["TableGroup db-second"]);
  });

  it("a TableGroup that somebody has changed isn't written, and takes nothing", () => {
    const changed = aTableGroup(demo, "old_db", {
      policy: Delete,
      annotations: { "multigres.com/spec-hash": "other" },
    });
    expect(outcome(keeping, changed, claim(0, cluster))).toEqual([gone]);
    expect(outcome(keeping, changed, claim(0, tableGroup))).toEqual(["old-db-0 nobody"]);
  });
});

describe("volumes of a database whose TableGroup is gone", () => {
  const keeping = wanting(Retain, "db");
  const db = aTableGroup(demo, "db", { policy: Retain });

  it.each<[string, MultigresCluster, KubernetesObject[], string[]]>([
    ["are taken from the cluster when they stay", keeping, [db, claim(0, other, cluster)], ["old-db-0 ConfigMap"]],
    ["are left alone otherwise", keeping, [db, claim(0, other), claim(1)], []],
    ["are left with the cluster when they go with it", demo, [claim(0, cluster)], []],
    [
      "are left alone on their way out",
      keeping,
      [db, { ...claim(0, cluster), metadata: { ...claim(0, cluster).metadata, ...leaving } }],
      [],
    ],
    ["aren't those of a database that is there", keeping, [db, aClaim(demo, "db", 0, { owners: [cluster] })], []],
    [
      "aren't looked for while a TableGroup can't be read",
      keeping,
      [db, { ...aTableGroup(demo, "other_db"), spec: {} } as KubernetesObject, claim(0, cluster)],
      ["TableGroup other-db-default"],
    ],
  ])("%s", (_, wanted, objects, expected) => {
    expect(outcome(wanted, ...objects)).toEqual(expected);
  });
});

describe("a database that is wanted again", () => {
  it.each<[string, MultigresCluster, KubernetesObject[], string[]]>([
    [
      "gets its volumes back, and the cluster has them",
      wanting(Delete, "old_db"),
      [claim(0, tableGroup), claim(1, cluster)],
      ["old-db-0 MultigresCluster"],
    ],
    [
      "gets them back under Retain, too",
      wanting(Retain, "old_db"),
      [claim(0, other, tableGroup)],
      ["old-db-0 ConfigMap"],
    ],
  ])("%s", (_, wanted, claims, expected) => {
    expect(outcome(wanted, old, ...claims)).toEqual(expected);
  });

  it("keeps them, whatever somebody writes into its TableGroup", () => {
    const edited = { ...old, spec: { ...old.spec, database: "gone_db" } };
    const claims = aClaim(demo, "gone_db", 0, { owners: [cluster] });
    expect(outcome(wanting(Delete, "old_db"), edited, claims, claim(0, cluster))).toEqual([]);
    const put = planned(planFor(wanting(Retain, "old_db"), [edited, claims]), kinds.TableGroup);
    expect(put.get("old-db-default")?.spec.database).toBe("old_db");
  });

  it("too late loses all of them, not some", () => {
    const late = aTableGroup(demo, "old_db", { policy: Delete, ...leaving });
    expect(outcome(wanting(Delete, "old_db"), late, claim(0, tableGroup))).toEqual([]);
  });

  it("whose TableGroup is deleted by hand loses none", () => {
    const byHand = aTableGroup(demo, "old_db", { policy: Delete, ...leaving });
    expect(outcome(wanting(Delete, "old_db"), byHand, claim(0, cluster))).toEqual([]);
  });
});
