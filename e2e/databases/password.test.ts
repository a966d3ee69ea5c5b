import { kinds } from "@multigres/controller-kit";
import { expect, it } from "vitest";
import { small } from "../fixtures/small.ts";
import { auditEvents, endOfAuditLog, operatorPrefix } from "../support/audit-log.ts";
import { sharedCluster } from "../support/cluster.ts";
import { settled } from "../support/observing.ts";

const cluster = sharedCluster();

it("isn't generated for a cluster that brings its own", async () => {
  const namespace = await cluster.namespace("own");
  const start = endOfAuditLog(cluster);
  const made = small(namespace);
  made.spec.postgresPasswordSecretRef = { name: "mine", key: "pw" };
  await cluster.apply(made);
  await settled(cluster, namespace, "small");
  const requests = auditEvents(cluster, start, operatorPrefix).filter(
    ({ objectRef }) => objectRef?.namespace === namespace && objectRef.resource === "secrets",
  );
  expect(requests).toEqual([]);
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
