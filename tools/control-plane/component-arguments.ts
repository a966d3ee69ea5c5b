import { join } from "node:path";

/** The parts of a control plane that run as processes. */
export const components = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
export type ComponentName = (typeof components)[number];

/** Everything that the command lines depend on. */
export interface Layout {
  readonly directory: string;
  readonly ports: { readonly etcd: number; readonly etcdPeer: number; readonly server: number };
  readonly goawayChance: number;
}

/** The files of a control plane below its directory. */
export function files(directory: string) {
  return {
    certificates: join(directory, "pki"),
    serverCertificate: join(directory, "pki", "apiserver.crt"),
    serverKey: join(directory, "pki", "apiserver.key"),
    certificateAuthority: join(directory, "pki", "ca.crt"),
    serviceAccountKey: join(directory, "pki", "service-account.key"),
    serviceAccountPublicKey: join(directory, "pki", "service-account.pub"),
    tokens: join(directory, "pki", "tokens.csv"),
    auditPolicy: join(directory, "audit-policy.json"),
    auditLog: join(directory, "audit.log"),
    kubeconfig: join(directory, "kubeconfig"),
    stages: join(directory, "stages.yaml"),
    log: (name: string) => join(directory, "logs", `${name}.log`),
  };
}

/** What the operator's objects need. Each of the others watches and writes too, and half a test run's time is the API server's. */
const usedControllers = [
  "namespace-controller",
  "serviceaccount-controller",
  "garbage-collector-controller",
  "clusterrole-aggregation-controller",
  "statefulset-controller",
  "deployment-controller",
  "replicaset-controller",
  "disruption-controller",
  "persistentvolumeclaim-protection-controller",
  "validatingadmissionpolicy-status-controller",
];

/** The command line of a component, without the program. */
export function componentArguments(name: ComponentName, { directory, ports, goawayChance }: Layout): readonly string[] {
  const file = files(directory);
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const byComponent: Readonly<Record<ComponentName, readonly string[]>> = {
    etcd: [
      `--data-dir=${join(directory, "etcd")}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${ports.etcdPeer}`,
      `--initial-cluster=default=http://127.0.0.1:${ports.etcdPeer}`,
      "--unsafe-no-fsync",
      "--logger=zap",
      "--log-level=warn",
    ],
    "kube-apiserver": [
      `--etcd-servers=${etcd}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.server}`,
      // Nobody follows this address, but it has to be one that is neither loopback nor looked up from the machine's routes.
      "--advertise-address=192.0.2.254",
      "--endpoint-reconciler-type=none",
      `--tls-cert-file=${file.serverCertificate}`,
      `--tls-private-key-file=${file.serverKey}`,
      `--token-auth-file=${file.tokens}`,
      "--authorization-mode=RBAC",
      `--service-account-key-file=${file.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${file.serviceAccountKey}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
      "--allow-privileged=true",
      `--goaway-chance=${goawayChance}`,
      `--audit-policy-file=${file.auditPolicy}`,
      `--audit-log-path=${file.auditLog}`,
      // What was answered is in the log already: tests count requests right after they made them.
      "--audit-log-mode=blocking",
    ],
    "kube-controller-manager": [
      `--kubeconfig=${file.kubeconfig}`,
      "--leader-elect=false",
      "--secure-port=0",
      `--service-account-private-key-file=${file.serviceAccountKey}`,
      `--root-ca-file=${file.certificateAuthority}`,
      "--use-service-account-credentials=true",
      `--controllers=${usedControllers.join(",")}`,
      "--concurrent-statefulset-syncs=20",
      "--concurrent-deployment-syncs=20",
      "--concurrent-replicaset-syncs=20",
      "--kube-api-qps=1000",
      "--kube-api-burst=2000",
    ],
    "kube-scheduler": [
      `--kubeconfig=${file.kubeconfig}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--kube-api-qps=1000",
      "--kube-api-burst=2000",
    ],
    kwok: [`--kubeconfig=${file.kubeconfig}`, `--config=${file.stages}`, "--manage-all-nodes"],
  };
  return byComponent[name];
}

/** Logs who asked for what, once per answered request. */
export const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived", "ResponseStarted"],
  rules: [{ level: "Metadata" }],
};
