import { kinds } from "@multigres/controller-kit";
import { describe, expect, it, onTestFinished } from "vitest";
import { leanDemo, leanStd } from "../fixtures/demo.ts";
import { sharedCluster } from "../support/cluster.ts";
import { eventually, still } from "../support/eventually.ts";
import { childKinds, workloadKinds } from "../support/objects.ts";
import { condition, oneWarning, settled, versions } from "../support/observing.ts";
import { writesFromRest } from "../support/writes.ts";

const cluster = sharedCluster();

const children = [...childKinds, ...workloadKinds, kinds.Pod, kinds.PersistentVolumeClaim];

/** Where the policy is in force: everywhere, or everywhere but in a namespace. */
async function protectTemplates(everywhereBut?: string): Promise<void> {
  const except = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [everywhereBut] };
  const matchResources = everywhereBut === undefined ? null : { namespaceSelector: { matchExpressions: [except] } };
  const binding = ["validatingadmissionpolicybinding", "template-in-use.multigres.com"];
  const patch = JSON.stringify({ spec: { matchResources } });
  expect(await cluster.kubectl(["patch", ...binding, "--type=merge", "-p", patch])).toMatchObject({ code: 0 });
}

describe("a ShardTemplate in use", () => {
  it("case 30: can't be deleted, and without the policy its deletion touches no child", async () => {
    const namespace = await cluster.namespace("case30");
    await cluster.apply(leanStd(undefined, namespace), leanDemo(undefined, namespace));
    await settled(cluster, namespace);
    const remove = (...more: string[]) => cluster.kubectl(["delete", "shardtemplate", "std", "-n", namespace, ...more]);
    const refusal = await eventually(async () => {
      const { code, stderr } = await remove("--dry-run=server");
      expect(code, "a policy bites a moment after it was installed").not.toBe(0);
      expect(stderr).toMatch(/ShardTemplate std is used by MultigresCluster demo, database prod_db/);
      return stderr;
    });
    expect(await remove()).toMatchObject({ code: 1, stderr: refusal });
    expect(await cluster.api.get(kinds.ShardTemplate, { namespace, name: "std" })).toMatchObject({
      spec: leanStd().spec,
    });

    await protectTemplates(namespace);
    onTestFinished(() => protectTemplates());
    await eventually(async () => expect(await remove("--dry-run=server")).toMatchObject({ code: 0 }));
    const writes = await writesFromRest(cluster, namespace);
    const before = await versions(cluster, namespace, ...children);
    expect(await remove()).toMatchObject({ code: 0 });

    const held = await eventually(async () => {
      const found = await cluster.api.get(kinds.MultigresCluster, { namespace, name: "demo" });
      expect(condition(found, "TemplateResolved")).toMatchObject({ status: "False", reason: "TemplateNotFound" });
      return found;
    });
    expect(condition(held, "TemplateResolved")?.message).toMatch(/prod_db.*ShardTemplate std.*stays as it is/);
    expect(condition(held, "Available")).toMatchObject({ status: "True" });
    expect(held.status?.databases?.["prod_db"]).toMatchObject({ desiredInstances: 2, readyInstances: 2 });
    await still(async () => expect(await versions(cluster, namespace, ...children)).toEqual(before));
    await oneWarning(cluster, namespace, { kind: "MultigresCluster", name: "demo" }, "TemplateNotFound");

    await cluster.apply(leanStd(undefined, namespace));
    const healed = await settled(cluster, namespace);
    expect(condition(healed, "TemplateResolved")).toMatchObject({ status: "True" });
    expect(await versions(cluster, namespace, ...children)).toEqual(before);
    expect(writes().filter(({ verb, resource }) => verb === "delete" && resource !== "shardtemplates")).toEqual([]);
  });
});
