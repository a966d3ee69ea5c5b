import { expect, test } from "vitest";
import type { LiveObject } from "./bare-client.ts";
import { bodyWithOwners, madeByOperator, ownersFirst, type Recording, record } from "./replay.ts";

function anObject(change: Partial<LiveObject> = {}, metadata: Partial<LiveObject["metadata"]> = {}): LiveObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "bench", uid: "u1", ...metadata },
    ...change,
  };
}

function aRecording(uid: string, ...owners: string[]): Recording {
  return {
    uid,
    owners: owners.map((owner) => ({ uid: owner, kind: "Cell" })),
    body: { kind: "Service", metadata: { name: uid } },
  };
}

test("an object of a controller is told from one that Kubernetes made", () => {
  expect(
    madeByOperator(anObject({}, { managedFields: [{ manager: "x" }, { manager: "multigres-cell-controller" }] })),
  ).toBe(true);
  expect(madeByOperator(anObject({}, { managedFields: [{ manager: "kube-controller-manager" }] }))).toBe(false);
  expect(madeByOperator(anObject())).toBe(false);
});

test("what the server fills in isn't posted again", () => {
  const live = anObject(
    { spec: { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"], ports: [{ port: 1 }] }, status: { loadBalancer: {} } },
    {
      generation: 3,
      labels: { a: "b" },
      annotations: { "multigres.com/x": "1", "pv.kubernetes.io/bind-completed": "yes" },
    },
  );
  expect(record(live).body).toEqual({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "bench", labels: { a: "b" }, annotations: { "multigres.com/x": "1" } },
    spec: { ports: [{ port: 1 }] },
  });
});

test("a headless Service stays headless", () => {
  const spec = { clusterIP: "None", clusterIPs: ["None"] };
  expect(record(anObject({ spec })).body["spec"]).toEqual(spec);
});

test("an object without a spec keeps its data", () => {
  expect(record(anObject({ kind: "ConfigMap", data: { a: "1" } })).body).toMatchObject({ data: { a: "1" } });
});

test("owners are posted first, whatever the order they were read in", () => {
  const ordered = ownersFirst([aRecording("leaf", "middle"), aRecording("middle", "root"), aRecording("root", "gone")]);
  expect(ordered.map(({ uid }) => uid)).toEqual(["root", "middle", "leaf"]);
  expect(ordered[0]?.owners).toEqual([]);
});

test("owners are named by the UID that they have now", () => {
  expect(bodyWithOwners(aRecording("leaf", "root"), (uid) => `new ${uid}`)).toEqual({
    kind: "Service",
    metadata: { name: "leaf", ownerReferences: [{ uid: "new root", kind: "Cell" }] },
  });
  expect(bodyWithOwners(aRecording("root"), String)).toEqual({ kind: "Service", metadata: { name: "root" } });
});
