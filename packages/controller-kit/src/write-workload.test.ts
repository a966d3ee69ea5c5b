import { annotations } from "@multigres/api-types";
import { describe, expect, it } from "vitest";
import { managedFieldsOf } from "./field-managers.ts";
import { anApi, aDeployment, aProcess, deployment, written } from "./testing/executor-fixture.ts";

describe("a workload", () => {
  it("keeps what others added to its spec", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment({ replicas: 2, containers: [{ name: "a", image: "1" }] })]);
    api.edit(deployment, "t1/gateway", "injector", (object) => {
      object.spec = {
        ...object.spec,
        containers: [{ name: "a", image: "1", tty: true }, { name: "sidecar" }],
        paused: false,
      };
    });
    const writes = written(api);
    await process.run([aDeployment({ replicas: 2, containers: [{ name: "a", image: "1" }] })]);
    expect(writes()).toEqual([]);
  });

  it("is applied when a field is no longer wanted, which only the hash on it tells", async () => {
    const api = anApi();
    await aProcess(api).run([aDeployment({ replicas: 2, minReadySeconds: 5 })]);
    const writes = written(api);
    await aProcess(api).run([aDeployment({ replicas: 2 })]);
    expect(writes()).toEqual(["mergePatch Deployment gateway", "apply Deployment gateway"]);
  });

  it("has what its POST set turned into applied fields before the first apply, and only then", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment()]);
    await process.run([aDeployment({ replicas: 3 })]);
    await process.run([aDeployment({ replicas: 4 })]);
    expect(api.writes.map((write) => write.split(" ")[0])).toEqual(["create", "mergePatch", "apply", "apply"]);
    expect(api.calls.filter(({ verb }) => verb === "get")).toHaveLength(1);
    const managers = managedFieldsOf(api.peek(deployment, "t1/gateway") ?? {});
    expect(managers.map(({ operation }) => operation)).toEqual(["Apply"]);
  });

  it("is only ever applied to the object that was observed", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment()]);
    await process.run([aDeployment({ replicas: 3 })]);
    const uid = api.peek(deployment, "t1/gateway")?.metadata?.uid;
    expect(api.calls.find(({ verb }) => verb === "apply")?.object?.metadata?.uid).toBe(uid);
    expect(uid).toBeDefined();
  });

  it("carries the hash of what was wanted", async () => {
    const api = anApi();
    const process = aProcess(api);
    await process.run([aDeployment()]);
    const hash = () => api.peek(deployment, "t1/gateway")?.metadata?.annotations?.[annotations.appliedHash];
    const first = hash();
    await process.run([aDeployment({ replicas: 3 })]);
    expect(first).toMatch(/^[0-9a-f]{24}$/);
    expect(hash()).not.toBe(first);
  });
});
