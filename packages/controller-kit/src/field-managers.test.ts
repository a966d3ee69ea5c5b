import { describe, expect, it } from "vitest";
import { editorsOf, type ManagedFields, updatesTurnedIntoApply } from "./field-managers.ts";
import type { KubernetesObject } from "./resource.ts";

function managedBy(...managedFields: ManagedFields[]): KubernetesObject {
  return { metadata: Object.assign({ name: "a" }, { managedFields }) };
}

const ours = "multigres-test";
const edit: ManagedFields = {
  manager: "kubectl-edit",
  operation: "Update",
  time: "2026-01-02T00:00:00Z",
  fieldsV1: {
    "f:metadata": { "f:labels": { "f:a/b": {} } },
    "f:spec": {
      "f:replicas": {},
      "f:atomic": {},
      "f:containers": { 'k:{"name":"a"}': { ".": {}, "f:image": {} }, 'k:{"containerPort":80,"protocol":"TCP"}': {} },
    },
  },
};
const helm: ManagedFields = {
  manager: "helm",
  operation: "Apply",
  time: "2026-01-03T00:00:00Z",
  fieldsV1: { "f:spec": { "f:paused": {} } },
};
const status: ManagedFields = {
  manager: "kcm",
  subresource: "status",
  time: "2026-01-04T00:00:00Z",
  fieldsV1: { "f:spec": { "f:replicas": {} } },
};
const self: ManagedFields = {
  manager: ours,
  operation: "Apply",
  time: "2026-01-05T00:00:00Z",
  fieldsV1: { "f:spec": { "f:replicas": {} } },
};

describe("editorsOf", () => {
  it.each([
    ["spec.replicas", ["kubectl-edit"]],
    ["spec.paused", ["helm"]],
    ['metadata.labels["a/b"]', ["kubectl-edit"]],
    ["spec.containers[name=a].image", ["kubectl-edit"]],
    ["spec.containers[containerPort=80]", ["kubectl-edit"]],
    ["spec.containers[0].image", ["kubectl-edit"]],
    ["spec.atomic[0].below", ["kubectl-edit"]],
  ])("names who wrote %s", (path, editors) => {
    expect(editorsOf(managedBy(edit, helm, status, self), [path], ours)).toEqual(editors);
  });

  it("names all who wrote any of the paths, each once, in order", () => {
    const found = editorsOf(managedBy(edit, helm, self), ["spec.replicas", "spec.paused", "spec.atomic"], ours);
    expect(found).toEqual(["helm", "kubectl-edit"]);
  });

  it("names the last writer when a field was removed, which leaves no trace", () => {
    expect(editorsOf(managedBy(edit, helm, status, self), ["spec.removed"], ours)).toEqual(["helm"]);
  });

  it("counts a write through the scale subresource", () => {
    const scale = { ...edit, manager: "kubectl", subresource: "scale" };
    expect(editorsOf(managedBy(scale, self), ["spec.replicas"], ours)).toEqual(["kubectl"]);
  });

  it("names nobody when nobody else wrote", () => {
    expect(editorsOf(managedBy(self), ["spec.replicas"], ours)).toEqual([]);
    expect(editorsOf({}, ["spec.replicas"], ours)).toEqual([]);
  });
});

describe("updatesTurnedIntoApply", () => {
  const post: ManagedFields = { manager: ours, operation: "Update", fieldsV1: { "f:spec": { "f:b": {} } } };

  it("leaves an object alone that we only applied", () => {
    expect(updatesTurnedIntoApply(managedBy(edit, self), ours)).toBeUndefined();
  });

  it("makes one applied record of all that we set, and keeps everybody else's", () => {
    const turned = updatesTurnedIntoApply(managedBy(edit, post, self, status), ours);
    expect(turned).toEqual([
      edit,
      status,
      { manager: ours, operation: "Apply", fieldsV1: { "f:spec": { "f:b": {}, "f:replicas": {} } } },
    ]);
  });

  it("leaves our status alone, which has a record of its own", () => {
    const ownStatus = { ...post, subresource: "status" };
    expect(updatesTurnedIntoApply(managedBy(ownStatus), ours)).toBeUndefined();
  });
});
