import {
  type AdmissionPolicy,
  admissionPolicies,
  customResources,
  group,
  optionalAdmissionPolicies,
} from "@multigres/api-types";
import { toCustomResourceDefinition } from "./crd.ts";
import { toBinding, toValidatingAdmissionPolicy } from "./policy.ts";
import { toYaml } from "./yaml.ts";

/** Every generated file: path below `deploy/` -> content. */
export function generatedManifests(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();

  const crds = customResources.map((resource) => {
    const file = `${group}_${resource.plural}.yaml`;
    files.set(`crds/${file}`, toYaml(toCustomResourceDefinition(resource)));
    return file;
  });
  const policies = admissionPolicies.map((policy) => {
    const file = `policies/${topic(policy)}.yaml`;
    files.set(`crds/${file}`, policyYaml(policy));
    return file;
  });
  files.set(
    "crds/kustomization.yaml",
    toYaml({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources: [...crds, ...policies] }),
  );

  for (const policy of optionalAdmissionPolicies) {
    const folder = `components/${topic(policy)}`;
    files.set(`${folder}/policy.yaml`, policyYaml(policy));
    files.set(
      `${folder}/kustomization.yaml`,
      toYaml({ apiVersion: "kustomize.config.k8s.io/v1alpha1", kind: "Component", resources: ["policy.yaml"] }),
    );
  }
  return files;
}

function policyYaml(policy: AdmissionPolicy): string {
  return toYaml(toValidatingAdmissionPolicy(policy), toBinding(policy));
}

function topic(policy: AdmissionPolicy): string {
  return policy.name.slice(0, -`.${group}`.length);
}
