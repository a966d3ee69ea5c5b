import type { V1Container, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { ResolvedComponent } from "@multigres/merge-engine";
import {
  containerResources,
  containerSecurityContext,
  disruptionBudget,
  type DisruptionBudgetOptions,
  podSecurityContext,
  podTemplate,
  topologyClient,
  userIds,
} from "@multigres/workload-kit";
import type { ResolvedCluster } from "../resolve.ts";

/** What both global components' pods have in common: one container that writes nowhere, under restricted Pod Security. */
export function globalPodTemplate(
  cluster: ResolvedCluster,
  component: ResolvedComponent,
  identity: Record<string, string>,
  container: Omit<V1Container, "imagePullPolicy" | "resources" | "securityContext">,
): V1PodTemplateSpec {
  const { volumes, volumeMounts } = topologyClient(cluster.topology);
  const { replicas: _replicas, resources, ...placement } = component;
  return podTemplate({
    identity,
    placement,
    imagePullSecrets: cluster.images.imagePullSecrets,
    spec: {
      securityContext: podSecurityContext(userIds.multigres),
      containers: [
        {
          ...container,
          ...(cluster.images.imagePullPolicy ? { imagePullPolicy: cluster.images.imagePullPolicy } : {}),
          resources: containerResources(resources),
          securityContext: containerSecurityContext,
          ...(volumeMounts.length > 0 ? { volumeMounts: [...volumeMounts] } : {}),
        },
      ],
      ...(volumes.length > 0 ? { volumes: [...volumes] } : {}),
    },
  });
}

/** A single pod gets no budget: it would only stand in the way of a node drain. */
export function budgetAboveOne(options: DisruptionBudgetOptions): ReturnType<typeof disruptionBudget> | undefined {
  return options.wantedPods > 1 ? disruptionBudget(options) : undefined;
}
