/** What the control plane is built from. A change here leads to another cache folder and so to a new build. */
export const versions = { kubernetes: "1.36.3", etcd: "3.6.8", kwok: "0.8.0" } as const;

/** Names the cache folder. */
export const versionKey = `kubernetes-${versions.kubernetes}_etcd-${versions.etcd}_kwok-${versions.kwok}`;

export const programs = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kubectl",
] as const;
export type Program = (typeof programs)[number];
