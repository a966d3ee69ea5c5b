import { describe, expect, test } from "vitest";
import type { Cell } from "@multigres/api-types";
import { registrationOf } from "./registration.ts";
import {
  aCell,
  aCellWithTopoServer,
  type Answers,
  done,
  foreign,
  refused,
  resultsWith,
  unreachable,
} from "./testing/builders.ts";

const owner = { namespace: "example", name: "example-multigres-cluster", uid: "cluster-uid" };
const globalAddress = "example-multigres-cluster-global-client.example.svc:2379";
const global = { owner, place: { server: { address: globalAddress }, root: "/multigres/global" } };
const ownAddress = "example-multigres-cluster-us-east-1b-topo-c0d99d3a-client.example.svc:2379";

const external = { address: "etcd-0:2379, etcd-1:2379", tlsSecretRef: { name: "etcd-client" } };
const externalCell = aCell({ topoServer: { rootPath: "/multigres/us-east-1a", external } });

function tasks(cell: Cell, answers: Answers = {}) {
  const registration = registrationOf(cell, resultsWith(answers));
  return registration.wanted
    ? registration.tasks.map(({ kind, ...rest }) => ({ kind: kind.name, ...rest }))
    : undefined;
}

function inputs(cell: Cell) {
  return tasks(cell, { claim: done, record: done })?.map(({ kind, input }) => ({ kind, input }));
}

describe("what is asked for", () => {
  test("of a cell on the global server is its record, which leads there", () => {
    const record = { name: "us-east-1a", serverAddresses: [globalAddress], root: "/multigres/global" };
    expect(inputs(aCell())).toEqual([{ kind: "register-cell", input: { ...global, record } }]);
  });

  test("of a cell with a managed server is a claim on that, and the record that leads to its Service", () => {
    const root = "/multigres/us-east-1b";
    const record = { name: "us-east-1b", serverAddresses: [ownAddress], root };
    expect(inputs(aCellWithTopoServer())).toEqual([
      {
        kind: "claim-cell-root",
        input: { owner, place: { server: { address: ownAddress }, root }, cell: "us-east-1b" },
      },
      { kind: "register-cell", input: { ...global, record } },
    ]);
  });

  test("of a cell with an external server is the same, with its addresses and certificates", () => {
    const root = "/multigres/us-east-1a";
    const record = { name: "us-east-1a", serverAddresses: ["etcd-0:2379", "etcd-1:2379"], root };
    expect(inputs(externalCell)).toEqual([
      { kind: "claim-cell-root", input: { owner, place: { server: external, root }, cell: "us-east-1a" } },
      { kind: "register-cell", input: { ...global, record } },
    ]);
  });

  test("goes to the global server with its own certificates", () => {
    const tlsSecretRef = { name: "global-client" };
    const globalTopoServer = { rootPath: "/g", address: "etcd:2379", tlsSecretRef };
    expect(inputs(aCell({ globalTopoServer }))).toMatchObject([
      { input: { place: { server: { address: "etcd:2379", tlsSecretRef }, root: "/g" } } },
    ]);
  });

  test.each([undefined, unreachable, foreign, refused])("isn't the record before the claim is held: %o", (claim) => {
    expect(tasks(externalCell, { claim })?.map(({ kind }) => kind)).toEqual(["claim-cell-root"]);
  });

  test("is nothing when somebody else registers the cell", () => {
    const topologyReconciliation = { registerCell: false, pruneTablets: true };
    expect(tasks({ ...externalCell, spec: { ...externalCell.spec, topologyReconciliation } })).toBeUndefined();
  });

  test.each([
    ["is looked at again now and then once it is as it should be", done, 60_000],
    ["is tried again in seconds before", undefined, 2_000],
    ["is tried again in seconds while etcd is away", unreachable, 2_000],
    ["is tried again in seconds while it is somebody else's", foreign, 2_000],
  ])("%s", (_what, record, everyMs) => {
    expect(tasks(aCell(), { record })).toMatchObject([{ everyMs }]);
  });
});

describe("how far it is", () => {
  test.each([
    ["nothing is known", {}, "pending", "pending"],
    ["the cell's own server is away", { claim: unreachable }, "unreachable", "unreachable"],
    ["the cell's own root is somebody else's", { claim: foreign }, "foreign", "foreign"],
    ["the claim is held", { claim: done }, "done", "pending"],
    ["the record is somebody else's", { claim: done, record: foreign }, "done", "foreign"],
    ["the record is refused", { claim: done, record: refused }, "done", "refused"],
    ["both are there", { claim: done, record: done }, "done", "done"],
    ["the record is older than the trouble", { claim: unreachable, record: done }, "unreachable", "unreachable"],
  ])("when %s", (_what, answers, claim, whole) => {
    expect(registrationOf(externalCell, resultsWith(answers))).toMatchObject({
      claim: { state: claim },
      whole: { state: whole },
    });
  });
});
