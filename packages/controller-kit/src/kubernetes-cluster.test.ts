import { expect, it } from "vitest";
import { kubernetesClusterOf } from "./kubernetes-cluster.ts";

const server = "https://10.0.0.1:6443";
const certificate = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
const a = certificate("AAAA\nBBBB");
const b = certificate("CCCC");
const idOf = (certificateAuthority: string | undefined, url = server) =>
  kubernetesClusterOf({ server: url, certificateAuthority });

it.each<[what: string, one: string, other: string]>([
  ["its API server has several addresses", idOf(a), idOf(a, "https://kubernetes.default.svc")],
  ["lines are broken elsewhere", idOf(a), idOf(certificate("AAAABB\r\nBB"))],
  ["a bundle has another order, twice the same, or words between", idOf(a + b), idOf(`# b\n${b}${a}\n${b}`)],
])("one cluster has one id, when %s", (_what, one, other) => {
  expect(one).toMatch(/^[0-9a-f]{24}$/);
  expect(one).toBe(other);
});

it.each<[what: string, other: string]>([
  ["authority", idOf(b)],
  ["bundle", idOf(a + b)],
  ["URL, without any authority", idOf(undefined)],
])("another %s gives another id", (_what, other) => {
  expect(other).not.toBe(idOf(a));
});

it("tells API servers with public certificates apart by their URL", () => {
  expect(idOf(undefined)).toBe(idOf(""));
  expect(idOf(undefined)).not.toBe(idOf(undefined, "https://other"));
});
