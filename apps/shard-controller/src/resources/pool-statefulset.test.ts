import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { specHashOf, withSpecHash } from "./pool-statefulset.ts";

const template: V1PodTemplateSpec = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c" }] } };
const here = { rootPath: "/multigres/z1", address: "here:2379" };
const hash = (changed: V1PodTemplateSpec, topology?: typeof here) => specHashOf(withSpecHash(changed, topology));

test.each<[string, V1PodTemplateSpec, typeof here | undefined]>([
  ["another spec", { ...template, spec: { containers: [{ name: "d" }] } }, here],
  ["another topology server of the cell, where the pod isn't registered", template, { ...here, address: "there:2379" }],
  ["another path there", template, { ...here, rootPath: "/multigres/other" }],
  ["no topology server of the cell's own any more", template, undefined],
])("%s makes pods outdated", (_, changed, topology) => {
  expect(hash(changed, topology)).not.toBe(hash(template, here));
});

test("labels and annotations restart nothing", () => {
  const labelled = { ...template, metadata: { labels: { a: "c" }, annotations: { d: "e" } } };
  expect(hash(labelled, here)).toBe(hash(template, here));
});
