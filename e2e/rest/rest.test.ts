import { setTimeout as sleep } from "node:timers/promises";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { controllerNames } from "../support/controllers.ts";
import { eventually } from "../support/eventually.ts";
import { hasBecome } from "../support/inventory.ts";
import { operatorEvents } from "../support/observing.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { type ControllerRequest, controllerRequests, isWrite } from "../support/requests.ts";

const clusters = 20;
const quietMs = 60_000;

let cluster: OwnCluster;

beforeAll(async () => {
  cluster = await startOwnCluster();
});
afterAll(() => cluster?.stop());

async function writesOf(during: () => Promise<void>): Promise<ControllerRequest[]> {
  const before = controllerRequests(cluster).length;
  await during();
  return controllerRequests(cluster).slice(before).filter(isWrite);
}

describe("many clusters at rest", () => {
  it("case 70: nothing is written but Leases, and no Event is sent, also after every controller was restarted", async () => {
    const namespace = await cluster.namespace("rest");
    const names = Array.from({ length: clusters }, (_, index) => `c${index}`);
    const one = (name: string, gateways = 1) => {
      const made = small(namespace, { name, gateways });
      for (const database of made.spec.databases ?? []) database.name = `db-${name}`;
      return made;
    };
    await cluster.apply(...names.map((name) => one(name)));
    for (const name of names) await hasBecome(cluster, namespace, { name });
    // Details of a status are told up to ten seconds late.
    await eventually(async () => expect(await writesOf(() => sleep(15_000))).toEqual([]));

    const events = await operatorEvents(cluster, namespace);
    expect(await writesOf(() => sleep(quietMs))).toEqual([]);
    const restarted = await writesOf(async () => {
      for (const name of controllerNames) await cluster.operator.controllers.get(name)?.stop();
      for (const name of controllerNames) await cluster.operator.start(name);
      await sleep(quietMs);
    });
    expect(restarted).toEqual([]);
    expect(await operatorEvents(cluster, namespace)).toEqual(events);

    // They were silent, not deaf.
    await cluster.apply(one("c7", 2));
    await hasBecome(cluster, namespace, { name: "c7", gateways: 2 });
    expect((await cluster.api.list(kinds.MultigresCluster, { namespace })).items).toHaveLength(clusters);
  });
});
