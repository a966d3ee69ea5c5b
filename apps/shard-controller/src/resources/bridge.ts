import type { V1Container } from "@kubernetes/client-node";
import type { ResolvedPool, ShardSpec } from "@multigres/api-types";
import { containerResources, containerSecurityContext } from "@multigres/workload-kit";
import { bridgeDir, bridgeMount } from "./volumes.ts";

// pgctld is static. pgBackRest isn't, so its libraries and its loader come along, and a wrapper starts it through that
// loader; --argv0 because pgBackRest executes itself again.
const script = `cp "$(command -v pgctld)" ${bridgeDir}/pgctld
mkdir -p ${bridgeDir}/lib
cp -L "$(command -v pgbackrest)" ${bridgeDir}/lib/pgbackrest
ldd ${bridgeDir}/lib/pgbackrest | awk '/=> \\//{print $3} /^[[:space:]]*\\/lib/{print $1}' | while read -r file; do cp -L "$file" ${bridgeDir}/lib/; done
loader=$(basename ${bridgeDir}/lib/ld-*.so.*)
printf '#!/bin/sh\\nexec ${bridgeDir}/lib/%s --argv0 ${bridgeDir}/pgbackrest --library-path ${bridgeDir}/lib ${bridgeDir}/lib/pgbackrest "$@"\\n' "$loader" > ${bridgeDir}/pgbackrest
chmod 755 ${bridgeDir}/pgbackrest ${bridgeDir}/pgctld
`;

/** Init container that puts pgctld and a self-contained pgBackRest where the postgres container finds them. */
export function bridgeContainer({ images }: ShardSpec, pool: ResolvedPool, from: string): V1Container {
  return {
    name: "bridge",
    image: from,
    ...(images.imagePullPolicy ? { imagePullPolicy: images.imagePullPolicy } : {}),
    command: ["sh", "-ec", script],
    // It runs before postgres and never beside it, so that asking for as much costs the pod nothing and a quota is content.
    resources: containerResources(pool.postgres.resources),
    securityContext: containerSecurityContext,
    volumeMounts: [bridgeMount],
  };
}
