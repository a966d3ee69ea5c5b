/** Refuses every workload in namespaces with the label `poison: refused`. */
export const refusingPolicy = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "refusing" },
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { poison: "refused" } },
        resourceRules: [
          {
            apiGroups: ["", "apps"],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["services", "deployments", "statefulsets"],
          },
        ],
      },
      validations: [{ expression: "false", message: "nothing is allowed here" }],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "refusing" },
    spec: { policyName: "refusing", validationActions: ["Deny"] },
  },
];

/** Somebody's webhook that never answers; the API server gives up after the longest time that it knows, less a little. For namespaces with the label `poison: hanging`. */
export function hangingWebhook(port: number, certificateAuthority: string) {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "hanging" },
    webhooks: [
      {
        name: "hanging.example.com",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        timeoutSeconds: 25,
        namespaceSelector: { matchLabels: { poison: "hanging" } },
        rules: [
          {
            apiGroups: ["", "apps"],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["services", "deployments", "statefulsets"],
          },
        ],
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(certificateAuthority).toString("base64"),
        },
      },
    ],
  };
}
