import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kinds } from "@multigres/controller-kit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { controllerNames } from "../support/controllers.ts";
import { eventually } from "../support/eventually.ts";
import { settled } from "../support/observing.ts";
import { type OwnCluster, startOwnCluster } from "../support/own-operator.ts";
import { controllerRequests } from "../support/requests.ts";

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startOwnCluster();
});
afterAll(() => cluster?.stop());

const key = (namespace: string) => ({ namespace, name: "small-postgres" });
const secret = (namespace: string) => cluster.api.get(kinds.Secret, key(namespace));
const passwordIn = ({ data }: Awaited<ReturnType<typeof secret>>) =>
  Buffer.from(data?.["password"] ?? "", "base64").toString();
const requests = (namespace: string) =>
  controllerRequests(cluster)
    .filter((request) => request.resource === "core/secrets" && request.namespace === namespace)
    .map(({ by, verb, code }) => `${by} ${verb} ${code}`);

async function deleteCluster(namespace: string): Promise<void> {
  await cluster.api.delete(kinds.MultigresCluster, { namespace, name: "small" });
  await eventually(async () => expect((await cluster.api.list(kinds.Pod, { namespace })).items).toEqual([]));
}

it("is generated once, is asked for by no restart or edit, stays with the data and is found again", {
  timeout: 300_000,
}, async () => {
  const namespace = await cluster.namespace("password");
  await cluster.apply(small(namespace));
  const { status } = await settled(cluster, namespace, "small");
  expect(status?.postgresPasswordSecretName).toBe("small-postgres");
  const made = await secret(namespace);
  expect(made.metadata).toMatchObject({ labels: { "multigres.com/cluster": "small" } });
  expect(made.metadata).not.toHaveProperty("ownerReferences");
  expect(Object.keys(made.data ?? {})).toEqual(["password"]);
  expect(passwordIn(made)).toMatch(/^[A-Za-z0-9_-]{43}$/);

  await cluster.operator.controllers.get("cluster-controller")?.stop();
  await cluster.operator.start("cluster-controller");
  await cluster.apply(small(namespace, { gateways: 2 }));
  await settled(cluster, namespace, "small");
  expect(requests(namespace)).toEqual(["cluster-controller create 201"]);

  await deleteCluster(namespace);
  await cluster.apply(small(namespace));
  await settled(cluster, namespace, "small");
  const found = await secret(namespace);
  expect(found).toEqual(made);
  expect(requests(namespace)).toEqual(["cluster-controller create 201", "cluster-controller create 409"]);

  const other = await cluster.namespace("other");
  await cluster.apply(small(other));
  await settled(cluster, other, "small");
  expect(passwordIn(await secret(other))).not.toBe(passwordIn(made));

  // Neither in objects nor in what anybody says.
  const everything = await cluster.kubectl([
    "get",
    "all,mgc,cells,tablegroups,shards,events,configmaps",
    "-A",
    "-o",
    "json",
  ]);
  const logs = controllerNames.map((name) =>
    readFileSync(join(cluster.plane.directory, "logs", `${name}-0.log`), "utf8"),
  );
  for (const text of [everything.stdout, ...logs]) {
    expect(text.length).toBeGreaterThan(100);
    for (const form of [passwordIn(made), made.data?.["password"] ?? ""]) expect(text).not.toContain(form);
  }
});

it("isn't made again when somebody deletes it, because the data has the old one", async () => {
  const namespace = await cluster.namespace("lost");
  await cluster.apply(small(namespace));
  await settled(cluster, namespace, "small");
  await cluster.api.delete(kinds.Secret, key(namespace));
  await cluster.operator.controllers.get("cluster-controller")?.stop();
  await cluster.operator.start("cluster-controller");
  await cluster.apply(small(namespace, { gateways: 2 }));
  await settled(cluster, namespace, "small");
  expect(requests(namespace)).toEqual(["cluster-controller create 201"]);
});

it("isn't generated for a cluster that brings its own", async () => {
  const namespace = await cluster.namespace("own");
  const made = small(namespace);
  made.spec.postgresPasswordSecretRef = { name: "mine", key: "pw" };
  await cluster.apply(made);
  await settled(cluster, namespace, "small");
  expect(requests(namespace)).toEqual([]);
  const { items } = await cluster.api.list(kinds.Pod, { namespace, labelSelector: "multigres.com/pool-type" });
  expect(items).toHaveLength(2);
  for (const { spec } of items) {
    expect(spec?.volumes).toContainEqual(
      expect.objectContaining({
        secret: expect.objectContaining({ secretName: "mine", items: [{ key: "pw", path: "password" }] }),
      }),
    );
  }
});
