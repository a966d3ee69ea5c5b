import type { V1Secret } from "@kubernetes/client-node";
import { labels, type MultigresClusterStatus } from "@multigres/api-types";
import { createdOnce, type DesiredObject, kinds, type RandomBytes, type WriteFailure } from "@multigres/controller-kit";
import { isPaused } from "@multigres/status-kit";
import { clusterLabels, components, objectLabels } from "@multigres/workload-kit";
import type { ResolvedCluster } from "../resolve.ts";

/**
 * The superuser's password, for a cluster that doesn't bring its own. Made once and never read. Nobody owns it, because
 * data can't be used without it: a cluster that is made again finds it, as it finds its volumes.
 */
export function passwordSecret(cluster: ResolvedCluster): DesiredObject | undefined {
  if (!cluster.generatesPassword || isMade(cluster)) return undefined;
  const { name, key } = cluster.postgresPasswordSecretRef;
  const { [labels.component]: _, ...identity } = clusterLabels(cluster.reference.name, components.shardPool);
  const secret: V1Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: cluster.owner.metadata.namespace, labels: objectLabels(identity) },
    type: "Opaque",
  };
  const complete = (randomBytes: RandomBytes): V1Secret => {
    const password = Buffer.from(randomBytes(32)).toString("base64url");
    return { ...secret, data: { [key]: Buffer.from(password).toString("base64") } };
  };
  return createdOnce(kinds.Secret, secret, complete);
}

/**
 * Noted in the status, so that a restart needn't ask, and so that a Secret that somebody deleted isn't made again: the
 * data has the old password.
 */
export function passwordSecretStatus(
  cluster: ResolvedCluster,
  failures: readonly WriteFailure[],
): Pick<MultigresClusterStatus, "postgresPasswordSecretName"> {
  const isFailed = failures.some(({ ref }) => ref.kind === kinds.Secret.kind);
  const isMadeNow = !isFailed && !isPaused(cluster.owner) && cluster.owner.metadata.deletionTimestamp === undefined;
  return cluster.generatesPassword && (isMade(cluster) || isMadeNow)
    ? { postgresPasswordSecretName: cluster.postgresPasswordSecretRef.name }
    : {};
}

function isMade({ owner, postgresPasswordSecretRef }: ResolvedCluster): boolean {
  return owner.status?.postgresPasswordSecretName === postgresPasswordSecretRef.name;
}
