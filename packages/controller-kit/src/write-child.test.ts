import { describe, expect, it } from "vitest";
import { anApi, aCell, aProcess, cell, ownerReference } from "./testing/executor-fixture.ts";

describe("a child CR", () => {
  it("loses what others added to its spec, and says so", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aCell()]);
    api.edit(cell, "t1/demo-z1", "kubectl-patch", (object) => {
      object.spec = { ...object.spec, tolerations: [{ key: "x" }] };
    });
    await process.run([aCell()]);
    expect(api.peek(cell, "t1/demo-z1")?.spec).toEqual({ replicas: 2 });
    expect(process.events).toEqual([expect.stringContaining("Put back spec.tolerations, changed by kubectl-patch.")]);
  });

  it("isn't written for another spelling of a quantity or another order of keys", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aCell({ a: 1, requests: { memory: "1Gi" } })]);
    await process.run([aCell({ requests: { memory: "1024Mi" }, a: 1 })]);
    expect(api.writes).toHaveLength(1);
  });

  it("is written all the same when its own controller was faster and our cache is behind", async () => {
    const api = anApi();
    await aProcess(api).run([aCell()]);
    const stale = api.peek(cell, "t1/demo-z1");
    api.edit(cell, "t1/demo-z1", "cell-controller", (object) => Object.assign(object, { status: { ok: true } }));
    const { failures } = await aProcess(api, () => stale).run([aCell({ replicas: 3 })]);
    expect(failures).toEqual([]);
    expect(api.peek(cell, "t1/demo-z1")?.spec).toEqual({ replicas: 3 });
  });

  it("isn't put back where another one has taken its place that the cache doesn't show yet", async () => {
    const api = anApi();
    await aProcess(api).run([aCell()]);
    const edited = api.edit(cell, "t1/demo-z1", "kubectl", (object) =>
      Object.assign(object, { spec: { replicas: 5 } }),
    );
    api.remove(cell, "t1/demo-z1");
    await aProcess(api).run([aCell({ replicas: 9 })]);
    const writes = api.writes.length;
    await aProcess(api, () => edited).run([aCell()]);
    expect(api.writes).toHaveLength(writes);
    expect(api.peek(cell, "t1/demo-z1")?.spec).toEqual({ replicas: 9 });
  });

  it("points to the cluster above when its owner is read-only itself", async () => {
    const api = anApi();
    const process = aProcess(api);
    const desired = aCell();
    desired.object.metadata = {
      ...desired.object.metadata,
      ownerReferences: [{ ...ownerReference, kind: "TableGroup", name: "tg" }],
    };
    await process.run([desired]);
    api.edit(cell, "t1/demo-z1", "kubectl", (object) => {
      object.spec = {};
    });
    await process.run([desired]);
    expect(process.events).toEqual([
      expect.stringContaining("It follows TableGroup tg: edit MultigresCluster demo instead."),
    ]);
  });
});
