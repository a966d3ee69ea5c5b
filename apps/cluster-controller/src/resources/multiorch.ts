import type { V1PodDisruptionBudget, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import type { TopologySpreadConstraint } from "@multigres/api-types";
import type { ResolvedComponent } from "@multigres/merge-engine";
import {
  clusterLabels,
  components,
  downwardEnv,
  flags,
  httpProbe,
  names,
  orchestratorServiceId,
  ownedMetadata,
  service,
  topologyClient,
} from "@multigres/workload-kit";
import type { ResolvedCluster } from "../resolve.ts";
import { budgetAboveOne, globalPodTemplate } from "./global-component.ts";

const ports = { http: 15300, grpc: 15370 } as const;

/** multiorch's defaults wait out 4 to 12 s of grace even for a planned switch; these cut it to about 3 s (measured). */
const quickFailover = {
  "leader-failover-grace-period-base": "1s",
  "leader-failover-grace-period-max-jitter": "1s",
  "pooler-health-check-interval": "1s",
  "recovery-cycle-interval": "500ms",
} as const;

/** While a zone is down, an orchestrator outside of it has to fail over what was in it. */
function spreadOverZones(component: ResolvedComponent, identity: Record<string, string>): ResolvedComponent {
  if (component.replicas < 2 || component.topologySpreadConstraints !== undefined) return component;
  const over = (topologyKey: string): TopologySpreadConstraint => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: identity },
  });
  return {
    ...component,
    topologySpreadConstraints: [over("topology.kubernetes.io/zone"), over("kubernetes.io/hostname")],
  };
}

/** Undefined without databases: multiorch exits at once when it has nothing to watch. */
export function multiorch(cluster: ResolvedCluster):
  | {
      statefulSet: V1StatefulSet;
      service: V1Service;
      disruptionBudget: V1PodDisruptionBudget | undefined;
    }
  | undefined {
  const { owner, multiorch: component, orchestratorCell: cell } = cluster;
  if (cluster.databases.length === 0 || cell === undefined) return undefined;
  const name = names.multiorch(owner.metadata.name);
  const identity = clusterLabels(owner.metadata.name, components.multiorch);
  return {
    service: service({ owner, name, identity, ports, headless: true, publishNotReadyAddresses: true }),
    statefulSet: {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: ownedMetadata(owner, name, identity) as V1StatefulSet["metadata"],
      spec: {
        replicas: component.replicas,
        serviceName: name,
        podManagementPolicy: "Parallel",
        selector: { matchLabels: identity },
        template: globalPodTemplate(cluster, spreadOverZones(component, identity), identity, {
          name: "multiorch",
          image: cluster.images.multiorch,
          command: ["/multigres/bin/multiorch"],
          args: flags({
            "http-port": ports.http,
            "grpc-port": ports.grpc,
            ...topologyClient(cluster.topology).flags,
            cell,
            "service-id": orchestratorServiceId,
            hostname: `$(POD_NAME).${name}.$(POD_NAMESPACE).svc`,
            ...quickFailover,
            "watch-targets": cluster.databases.map((database) => database.name).join(","),
          }),
          env: [downwardEnv.podName, downwardEnv.podNamespace, downwardEnv.podIndex],
          ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort, protocol: "TCP" })),
          // Not ready before its cell is registered, which may take as long as the topology server's start.
          startupProbe: httpProbe("/ready", "http", { periodSeconds: 2, failureThreshold: 150 }),
          livenessProbe: httpProbe("/live", "http"),
          readinessProbe: httpProbe("/ready", "http", { periodSeconds: 5 }),
        }),
      },
    },
    disruptionBudget: budgetAboveOne({ owner, name, identity, selector: identity, wantedPods: component.replicas }),
  };
}
