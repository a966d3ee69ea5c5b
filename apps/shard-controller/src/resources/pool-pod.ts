import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import type { ResolvedPool, ShardSpec } from "@multigres/api-types";
import { cellNodeSelector, podSecurityContext, podTemplate, poolLabels, userIds } from "@multigres/workload-kit";
import { bridgeContainer } from "./bridge.ts";
import { poolIdentity } from "./identity.ts";
import { multipoolerContainer } from "./multipooler-container.ts";
import { postgresContainer } from "./postgres-container.ts";
import { postgresImage } from "./postgres-image.ts";
import { podVolumes } from "./volumes.ts";

export function poolPodTemplate(spec: ShardSpec, pool: ResolvedPool): V1PodTemplateSpec {
  const image = postgresImage(spec.images);
  return podTemplate({
    identity: poolLabels(poolIdentity(spec, pool)),
    placement: pool,
    nodeSelector: cellNodeSelector(spec.cells.find(({ name }) => name === pool.cell)),
    imagePullSecrets: spec.images.imagePullSecrets,
    spec: {
      // Stopping takes 1 to 2 s; the upper bound is multipooler's 30 s and then PostgreSQL's fast and immediate stop.
      terminationGracePeriodSeconds: 60,
      automountServiceAccountToken: false,
      // Multigres reads its environment as configuration, and a namespace has many Services.
      enableServiceLinks: false,
      // One user for both containers, because PGDATA is readable by its owner alone.
      securityContext: podSecurityContext(userIds.postgres),
      initContainers: [
        ...(image.kind === "bridge" ? [bridgeContainer(spec, pool, image.from)] : []),
        postgresContainer(spec, pool, image),
      ],
      containers: [multipoolerContainer(spec, pool)],
      volumes: podVolumes(spec, image.kind === "bridge"),
    },
  });
}
