import { type AdmissionPolicy, apiVersion, group, version } from "@multigres/api-types";

const admission = "admissionregistration.k8s.io/v1";

export interface ValidatingAdmissionPolicy {
  readonly apiVersion: typeof admission;
  readonly kind: "ValidatingAdmissionPolicy";
  readonly metadata: Metadata;
  readonly spec: Record<string, unknown>;
}

export interface ValidatingAdmissionPolicyBinding {
  readonly apiVersion: typeof admission;
  readonly kind: "ValidatingAdmissionPolicyBinding";
  readonly metadata: Metadata;
  readonly spec: Record<string, unknown>;
}

interface Metadata {
  readonly name: string;
  readonly annotations?: Record<string, string>;
}

export function toValidatingAdmissionPolicy(policy: AdmissionPolicy): ValidatingAdmissionPolicy {
  return {
    apiVersion: admission,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: policy.name, annotations: { "kubernetes.io/description": policy.description } },
    spec: {
      failurePolicy: "Fail",
      ...(policy.paramKind ? { paramKind: { apiVersion, kind: policy.paramKind } } : {}),
      matchConstraints: matchConstraints(policy),
      ...(policy.matchConditions ? { matchConditions: named(policy.matchConditions) } : {}),
      ...(policy.variables ? { variables: named(policy.variables) } : {}),
      validations: policy.validations,
    },
  };
}

/** Denies everywhere. With a paramKind: once for every such object of the request's namespace; none, none denied. */
export function toBinding(policy: AdmissionPolicy): ValidatingAdmissionPolicyBinding {
  return {
    apiVersion: admission,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: policy.name },
    spec: {
      policyName: policy.name,
      validationActions: ["Deny"],
      ...(policy.paramKind ? { paramRef: { selector: {}, parameterNotFoundAction: "Allow" } } : {}),
    },
  };
}

/**
 * With the server's defaults spelt out: this part is atomic, and a default that the manifest doesn't have stops
 * `kubectl apply --server-side` after a client-side apply with a conflict.
 */
function matchConstraints({ operations, resources }: AdmissionPolicy) {
  return {
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
    resourceRules: [{ apiGroups: [group], apiVersions: [version], operations, resources, scope: "*" }],
  };
}

function named(expressions: Readonly<Record<string, string>>) {
  return Object.entries(expressions).map(([name, expression]) => ({ name, expression }));
}
