import { expect, test } from "vitest";
import { kubernetesGoMod } from "./go-module.ts";
import { versions } from "./versions.ts";

const upstream = `module k8s.io/kubernetes

go 1.26.0

require k8s.io/api v0.0.0

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/apimachinery => ./staging/src/k8s.io/apimachinery
)
`;

test("every staging module is replaced by the version published with this Kubernetes", () => {
  const text = kubernetesGoMod(upstream);
  const staging = versions.kubernetes.replace(/^1/, "v0");
  expect(text).toContain(`\tk8s.io/api => k8s.io/api ${staging}\n`);
  expect(text).toContain(`\tk8s.io/apimachinery => k8s.io/apimachinery ${staging}\n`);
  expect(text).toContain(`\tk8s.io/kubernetes v${versions.kubernetes}\n`);
  expect(text).toContain("\ngo 1.26.0\n");
  expect(text).not.toContain("./staging");
});

test("a Kubernetes that has no staging modules is noticed before Go says something obscure", () => {
  expect(() => kubernetesGoMod("module k8s.io/kubernetes\n")).toThrow("names no staging modules");
});
