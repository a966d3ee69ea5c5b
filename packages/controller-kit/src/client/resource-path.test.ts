import { expect, it } from "vitest";
import { kinds } from "../kinds.ts";
import { resourcePath } from "./resource-path.ts";

it.each([
  ["a core collection", resourcePath(kinds.Pod, { namespace: "a" }), "/api/v1/namespaces/a/pods"],
  ["all namespaces", resourcePath(kinds.Deployment), "/apis/apps/v1/deployments"],
  [
    "a status with a query",
    resourcePath(kinds.Cell, { namespace: "a", name: "z", subresource: "status", query: { x: "1 2", y: undefined } }),
    "/apis/multigres.com/v1alpha1/namespaces/a/cells/z/status?x=1+2",
  ],
  [
    "what would leave its place",
    resourcePath(kinds.Pod, { namespace: "a", name: "../b" }),
    "/api/v1/namespaces/a/pods/..%2Fb",
  ],
  [
    "a cluster-scoped kind",
    resourcePath({ ...kinds.Pod, plural: "nodes", namespaced: false }, { namespace: "a", name: "n" }),
    "/api/v1/nodes/n",
  ],
])("addresses %s", (_, path, wanted) => {
  expect(path).toBe(wanted);
});
