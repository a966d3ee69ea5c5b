import { expect, test } from "vitest";
import { type AuditedRequest, countWrites, isRead, isWrite, parseAuditLog, tally } from "./audit-log.ts";

function line(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    kind: "Event",
    stage: "ResponseComplete",
    requestURI: "/apis/multigres.com/v1alpha1/namespaces/bench/cells/a/status?fieldManager=x",
    verb: "patch",
    user: { username: "system:serviceaccount:multigres-system:cell-controller" },
    objectRef: { resource: "cells", namespace: "bench", name: "a", subresource: "status" },
    responseStatus: { code: 200 },
    ...change,
  });
}

function request(change: Partial<AuditedRequest> = {}): AuditedRequest {
  return {
    controller: "cell-controller",
    verb: "create",
    resource: "cells",
    namespace: "bench",
    name: "a",
    code: 201,
    ...change,
  };
}

test("a controller's request is read with its subresource", () => {
  expect(parseAuditLog([line()])).toEqual([request({ verb: "patch", resource: "cells/status", code: 200 })]);
});

test.each([
  ["somebody else's", { user: { username: "system:serviceaccount:kube-system:cell-controller" } }],
  [
    "an admin's that names a controller",
    { user: { username: "admin" }, userAgent: "system:serviceaccount:multigres-system:x" },
  ],
  ["not answered yet", { stage: "ResponseStarted" }],
  ["a dry run", { requestURI: "/api/v1/x?dryRun=All" }],
])("%s request isn't counted", (_name, change) => {
  expect(parseAuditLog([line(change)])).toEqual([]);
});

test.each([
  [request(), true],
  [request({ verb: "delete", code: 200 }), true],
  [request({ resource: "events" }), true],
  [request({ resource: "leases", verb: "update", code: 200 }), false],
  [request({ code: 409 }), false],
  [request({ code: 0 }), false],
  [request({ verb: "get", code: 200 }), false],
])("%o is a write: %s", (given, expected) => {
  expect(isWrite(given)).toBe(expected);
});

test.each([
  [request({ verb: "watch", code: 200 }), true],
  [request({ verb: "get", code: 404 }), true],
  [request({ verb: "list", resource: "leases" }), false],
  [request(), false],
])("%o is a read: %s", (given, expected) => {
  expect(isRead(given)).toBe(expected);
});

test("writes are counted per kind and object, status apart", () => {
  const status = { verb: "patch", resource: "cells/status", code: 200 };
  const counts = countWrites([
    request({ resource: "services", name: "s" }),
    request({ name: "a" }),
    request({ name: "b" }),
    request({ name: "b", namespace: "other" }),
    request({ name: "b", verb: "update", code: 200 }),
    request({ name: "b", verb: "update", code: 409 }),
    request({ name: "a", ...status }),
    request({ name: "b", ...status }),
    request({ name: "b", ...status }),
    request({ resource: "leases", name: "l" }),
  ]);
  expect(counts.map(({ resource }) => resource)).toEqual(["cells", "services"]);
  expect(counts[0]).toEqual({
    resource: "cells",
    objects: 3,
    spec: 4,
    status: 3,
    specPerObject: 4 / 3,
    statusPerObject: 1,
    mostSpec: 2,
    mostStatus: 2,
  });
});

test("the tally shows refusals apart and the most frequent first", () => {
  const counts = tally([request({ code: 409 }), request(), request()]);
  expect(Object.entries(counts)).toEqual([
    ["cell-controller create cells", 2],
    ["cell-controller create cells 409", 1],
  ]);
});
