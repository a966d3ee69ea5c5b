import type { V1Deployment, V1PodDisruptionBudget, V1Service } from "@kubernetes/client-node";
import {
  clusterLabels,
  components,
  downwardEnv,
  flags,
  httpProbe,
  names,
  ownedMetadata,
  service,
  serviceAddress,
  topologyClient,
} from "@multigres/workload-kit";
import type { ResolvedCluster } from "../resolve.ts";
import { budgetAboveOne, globalPodTemplate } from "./global-component.ts";

const ports = { http: 18000, grpc: 18070 } as const;

/** The REST API that shard-controllers read the data plane through. */
export function multiadminAddress(cluster: string, namespace: string): string {
  return `http://${serviceAddress(names.multiadmin(cluster), namespace, ports.http)}`;
}

export function multiadmin(cluster: ResolvedCluster): {
  deployment: V1Deployment;
  service: V1Service;
  disruptionBudget: V1PodDisruptionBudget | undefined;
} {
  const { owner, multiadmin: component } = cluster;
  const name = names.multiadmin(owner.metadata.name);
  const identity = clusterLabels(owner.metadata.name, components.multiadmin);
  return {
    service: service({ owner, name, identity, ports }),
    deployment: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: ownedMetadata(owner, name, identity) as V1Deployment["metadata"],
      spec: {
        replicas: component.replicas,
        selector: { matchLabels: identity },
        template: globalPodTemplate(cluster, component, identity, {
          name: "multiadmin",
          image: cluster.images.multiadmin,
          command: ["/multigres/bin/multiadmin"],
          args: flags({
            "http-port": ports.http,
            "grpc-port": ports.grpc,
            // Without it multiadmin serves no API at all.
            "service-map": "grpc-multiadmin",
            ...topologyClient(cluster.topology).flags,
            hostname: "$(POD_IP)",
          }),
          env: [downwardEnv.podIP],
          ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort, protocol: "TCP" })),
          livenessProbe: httpProbe("/live", "http"),
          readinessProbe: httpProbe("/ready", "http", { periodSeconds: 5 }),
        }),
      },
    },
    disruptionBudget: budgetAboveOne({ owner, name, identity, selector: identity, wantedPods: component.replicas }),
  };
}
