import { createHash } from "node:crypto";

export interface ClusterIdentity {
  readonly server: string;
  /** In PEM, of the API server. */
  readonly certificateAuthority: string | undefined;
}

/**
 * What tells this Kubernetes cluster from others, the same for every controller in it and over restarts: a hash of the
 * authority that signs for its API server, which can be read without any right. Where there is none (an API server with a
 * public certificate): of its URL.
 */
export function kubernetesClusterOf({ server, certificateAuthority }: ClusterIdentity): string {
  const certificates = certificatesIn(certificateAuthority ?? "");
  return createHash("sha256")
    .update(certificates.length > 0 ? certificates.join(" ") : server)
    .digest("hex")
    .slice(0, 24);
}

/** Without what differs between a kubeconfig and a pod's file: comments, line breaks, order. */
function certificatesIn(pem: string): string[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g);
  return [...new Set([...blocks].map(([, base64 = ""]) => base64.replace(/\s+/g, "")))].sort();
}
