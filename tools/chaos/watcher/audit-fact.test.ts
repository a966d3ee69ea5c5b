import { expect, test } from "vitest";
import { auditFact } from "./audit-fact.ts";

function line(change: Record<string, unknown>): string {
  return JSON.stringify({
    kind: "Event",
    level: "Metadata",
    stage: "ResponseComplete",
    requestURI: "/api/v1/namespaces/chaos-a/pods/p-0",
    verb: "delete",
    user: { username: "system:serviceaccount:multigres-system:shard-controller" },
    objectRef: { resource: "pods", namespace: "chaos-a", name: "p-0" },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: "2026-01-01T00:00:01.500000Z",
    ...change,
  });
}

const admin = { username: "admin" };

test("a line is read with its time", () => {
  expect(auditFact(line({}))).toMatchObject({
    at: Date.parse("2026-01-01T00:00:01.5Z"),
    request: { verb: "delete", resource: "pods", subresource: "", namespace: "chaos-a", name: "p-0", code: 200 },
    line: line({}),
  });
});

test.each([
  ["a deletion by somebody else", { user: admin }, true],
  ["a pod's new status", { user: admin, verb: "patch", requestURI: "/api/v1/namespaces/a/pods/p-0/status" }, true],
  ["another request of somebody else", { user: admin, verb: "patch" }, false],
  ["a refused read of the operator", { verb: "list", responseStatus: { code: 403 } }, true],
  ["an answered read of the operator", { verb: "list" }, false],
  ["an earlier stage", { stage: "RequestReceived" }, false],
  ["a dry run", { requestURI: "/api/v1/namespaces/chaos-a/pods/p-0?dryRun=All" }, false],
])("%s counts: %#", (_, change, counts) => {
  expect(auditFact(line(change)) !== undefined).toBe(counts);
});
