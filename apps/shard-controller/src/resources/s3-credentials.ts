import type { V1EnvVar } from "@kubernetes/client-node";
import type { ShardSpec } from "@multigres/api-types";

const variables = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;

/** What pgBackRest finds its credentials in: both containers run it. Without a Secret it uses the pod's own identity. */
export function s3Credentials({ backupRepository }: ShardSpec): V1EnvVar[] {
  const name = backupRepository?.s3?.credentialsSecretRef?.name;
  if (name === undefined) return [];
  return variables.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } }));
}
