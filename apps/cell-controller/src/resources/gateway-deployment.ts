import type { V1Container, V1Deployment } from "@kubernetes/client-node";
import type { Cell } from "@multigres/api-types";
import {
  cellNodeSelector,
  containerResources,
  containerSecurityContext,
  downwardEnv,
  flags,
  httpProbe,
  ownedMetadata,
  podSecurityContext,
  podTemplate,
  type TopologyClient,
  topologyClient,
  userIds,
} from "@multigres/workload-kit";
import { gatewayIdentity, gatewayName } from "./identity.ts";
import { ports } from "./ports.ts";

export function gatewayDeployment(cell: Cell): V1Deployment {
  const { spec } = cell;
  const identity = gatewayIdentity(cell);
  const topology = topologyClient(spec.globalTopoServer);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: ownedMetadata(cell, gatewayName(cell), identity) as V1Deployment["metadata"],
    spec: {
      replicas: spec.multiGateway.replicas,
      selector: { matchLabels: identity },
      template: podTemplate({
        identity,
        placement: spec.multiGateway,
        nodeSelector: cellNodeSelector(spec),
        imagePullSecrets: spec.images.imagePullSecrets,
        spec: {
          securityContext: podSecurityContext(userIds.multigres),
          containers: [multigateway(cell, topology)],
          ...(topology.volumes.length > 0 ? { volumes: [...topology.volumes] } : {}),
        },
      }),
    },
  };
}

function multigateway({ spec }: Cell, topology: TopologyClient): V1Container {
  return {
    name: "multigateway",
    image: spec.images.multigateway,
    ...(spec.images.imagePullPolicy === undefined ? {} : { imagePullPolicy: spec.images.imagePullPolicy }),
    command: ["/multigres/bin/multigateway"],
    args: flags({
      "http-port": ports.http,
      "grpc-port": ports.grpc,
      "pg-port": ports.postgres,
      "pg-replica-port": ports["pg-replica"],
      cell: spec.name,
      ...topology.flags,
      // A Deployment's pod has no name in DNS, and other gateways dial this one to cancel queries.
      hostname: "$(POD_IP)",
    }),
    env: [downwardEnv.podIP],
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" })),
    livenessProbe: httpProbe("/live", "http"),
    readinessProbe: httpProbe("/ready", "http", { periodSeconds: 5 }),
    resources: containerResources(spec.multiGateway.resources),
    securityContext: containerSecurityContext,
    ...(topology.volumeMounts.length > 0 ? { volumeMounts: [...topology.volumeMounts] } : {}),
  };
}
