import type { V1Container, V1PersistentVolumeClaim, V1StatefulSet } from "@kubernetes/client-node";
import type { TopoServer } from "@multigres/api-types";
import {
  containerResources,
  containerSecurityContext,
  dataVolumeName,
  httpProbe,
  names,
  ownedMetadata,
  podSecurityContext,
  podTemplate,
  userIds,
  volumeClaim,
} from "@multigres/workload-kit";
import { containerName, ports } from "../etcd.ts";
import { dataMountPath, environment } from "./environment.ts";
import { identityOf } from "./identity.ts";

/** `dataClaim` is the template of the members' volumes, which can't change while the StatefulSet exists. */
export function memberStatefulSet(topoServer: TopoServer, dataClaim: V1PersistentVolumeClaim): V1StatefulSet {
  const { metadata, spec } = topoServer;
  const identity = identityOf(topoServer);
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: ownedMetadata(topoServer, metadata.name, identity) as V1StatefulSet["metadata"],
    spec: {
      serviceName: names.topoServerPeerService(metadata.name),
      replicas: spec.replicas,
      // A member isn't ready before a quorum runs, so they must all be started at once.
      podManagementPolicy: "Parallel",
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      selector: { matchLabels: identity },
      template: podTemplate({
        identity,
        placement: spec,
        imagePullSecrets: spec.imagePullSecrets,
        spec: { securityContext: podSecurityContext(userIds.etcd), containers: [etcd(topoServer)] },
      }),
      volumeClaimTemplates: [dataClaim],
    },
  };
}

export function wantedDataClaim(topoServer: TopoServer): V1PersistentVolumeClaim {
  return volumeClaim(dataVolumeName, identityOf(topoServer), topoServer.spec.dataVolumeClaimTemplate);
}

function etcd(topoServer: TopoServer): V1Container {
  const { spec } = topoServer;
  return {
    name: containerName,
    image: spec.image,
    ...(spec.imagePullPolicy === undefined ? {} : { imagePullPolicy: spec.imagePullPolicy }),
    command: ["etcd"],
    env: environment(topoServer),
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" })),
    // The end of its log tells why it ended, to people and to the condition EtcdMembersBroken.
    terminationMessagePolicy: "FallbackToLogsOnError",
    startupProbe: httpProbe("/readyz", "metrics", { periodSeconds: 2, failureThreshold: 150 }),
    livenessProbe: httpProbe("/livez", "metrics", { periodSeconds: 10, failureThreshold: 6 }),
    readinessProbe: httpProbe("/readyz", "metrics", { periodSeconds: 5 }),
    resources: containerResources(spec.resources),
    securityContext: containerSecurityContext,
    volumeMounts: [{ name: dataVolumeName, mountPath: dataMountPath }],
  };
}
