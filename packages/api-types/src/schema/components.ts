import { z } from "zod";
import { bounds } from "./bounds.ts";
import { image, imagePull, localObjectReference, resourceRequirements, volumeClaimTemplate } from "./common.ts";
import { mapOf, text, textOrEmpty, withRules } from "./markers.ts";
import { cellName, objectName, topologyLabelValue } from "./names.ts";
import { placementShape } from "./placement.ts";

const replicas = z.int32().min(0).max(bounds.replicas);

/** multiadmin and multiorch. */
export const component = z.object({
  replicas: replicas.describe("Number of pods. Unset: 1.").optional(),
  resources: resourceRequirements
    .describe("Unset: requests 100m CPU and 128Mi memory, limits 200m and 256Mi.")
    .optional(),
  ...placementShape,
});
export type Component = z.infer<typeof component>;

// Topology servers

const rootPath = text(256).regex(/^(\/[A-Za-z0-9._-]+)+$/);

const managedTopoServer = z.object({
  image: image.describe("etcd's image.").optional(),
  replicas: z
    .int32()
    .min(1)
    .max(bounds.etcdReplicas)
    .describe("Number of etcd members; odd numbers make sense. Can't change later. Unset: 3.")
    .optional(),
  resources: resourceRequirements
    .describe("Resources of etcd's container. Unset: requests 100m CPU and 256Mi memory.")
    .optional(),
  dataVolumeClaimTemplate: volumeClaimTemplate
    .describe("Volume of each etcd member. Unset: ReadWriteOnce, 10Gi.")
    .optional(),
  ...placementShape,
});
export type ManagedTopoServer = z.infer<typeof managedTopoServer>;

const externalTopoServer = z.object({
  address: text(2048)
    .regex(/^[^,\s/]+:[0-9]{1,5}(,[^,\s/]+:[0-9]{1,5})*$/)
    .describe("host:port of etcd's client endpoint; several are separated by commas. No scheme."),
  rootPath: rootPath.describe("The same as rootPath beside external; set one of them.").optional(),
  tlsSecretRef: localObjectReference
    .describe("Secret of this namespace with ca.crt, and tls.crt and tls.key for client authentication. Unset: no TLS.")
    .optional(),
});
export type ExternalTopoServer = z.infer<typeof externalTopoServer>;

/** Where a topology lives: managed by us or external, never both. Empty on a cell: the global one. */
export const topoServerConfig = withRules(
  z.object({
    rootPath: rootPath
      .describe("Where the topology starts in etcd. Unset: /multigres/global, or /multigres/<cell>.")
      .optional(),
    managedSpec: managedTopoServer
      .describe("An etcd that the operator runs. At most one of managedSpec and external.")
      .optional(),
    external: externalTopoServer
      .describe("An etcd that someone else runs. At most one of managedSpec and external.")
      .optional(),
  }),
  {
    rule: "!(has(self.managedSpec) && has(self.external))",
    message:
      "Set at most one of managedSpec and external: remove managedSpec to use an etcd that someone else runs, or external to let the operator run one.",
  },
  {
    rule: "!has(self.rootPath) || !has(self.external) || !has(self.external.rootPath) || self.rootPath == self.external.rootPath",
    message: "rootPath and external.rootPath differ: remove one of them.",
  },
);
export type TopoServerConfig = z.infer<typeof topoServerConfig>;

// Gateways

export const gatewayService = z.object({
  type: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]).describe("Unset: ClusterIP.").optional(),
  annotations: mapOf(textOrEmpty(4096), bounds.entries)
    .describe("Annotations of the Service, for example for a cloud's load balancer.")
    .optional(),
});
export type GatewayService = z.infer<typeof gatewayService>;

const resourceMultiplier = withRules(z.number(), {
  rule: "self > 0.0 && self <= 1000.0",
  message: "resourceMultiplier must be above 0 and at most 1000: 1 is the base size, 0.5 half of it.",
});

export const multiGateway = withRules(
  z.object({
    static: z
      .object({
        replicas: replicas.describe("Number of gateway pods. Unset: 1.").optional(),
        resources: resourceRequirements.optional(),
      })
      .describe("Fixed replicas and resources. At most one of static and dynamic.")
      .optional(),
    dynamic: z
      .object({
        replicasPerCell: replicas.describe("Number of gateway pods in this cell. Unset: 1.").optional(),
        resourceMultiplier: resourceMultiplier
          .describe("Multiplies the base size: requests 500m CPU and 512Mi memory, limits 1 CPU and 1Gi. Unset: 1.")
          .optional(),
      })
      .describe(
        "Replicas and resources in proportion to a base size. At most one of static and dynamic; neither is dynamic with 1 and 1.0.",
      )
      .optional(),
    service: gatewayService.describe("The Service in front of the gateways.").optional(),
    ...placementShape,
  }),
  {
    rule: "!(has(self.static) && has(self.dynamic))",
    message:
      "Set at most one of static and dynamic: remove static to size the gateway by a multiplier, or dynamic to fix its replicas and resources.",
  },
);
export type MultiGateway = z.infer<typeof multiGateway>;

// Topology records, backups, images

export const topologyReconciliation = z.object({
  registerCell: z
    .boolean()
    .describe("Whether the operator writes the cell's topology record. false: someone else does. Unset: true.")
    .optional(),
  pruneTablets: z
    .boolean()
    .describe("Whether the operator removes records of poolers that are gone for good. Unset: true.")
    .optional(),
});
export type TopologyReconciliation = z.infer<typeof topologyReconciliation>;

export const backupRepository = withRules(
  z.object({
    volumeClaimTemplate: volumeClaimTemplate
      .describe("A volume that all poolers of a shard share. At most one of volumeClaimTemplate and s3.")
      .optional(),
    s3: z
      .object({
        bucket: text(63),
        region: text(63).describe("Unset: us-east-1.").optional(),
        endpoint: text(512).describe("Unset: AWS.").optional(),
        keyPrefix: text(512).describe("Prefix of all keys within the bucket.").optional(),
        credentialsSecretRef: localObjectReference
          .describe(
            "Secret of this namespace with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Unset: the pods' own identity.",
          )
          .optional(),
      })
      .describe("A bucket of S3 or a compatible store. At most one of volumeClaimTemplate and s3.")
      .optional(),
  }),
  {
    rule: "!(has(self.volumeClaimTemplate) && has(self.s3))",
    message: "Set at most one of volumeClaimTemplate and s3: remove the one that backups shouldn't go to.",
  },
);
export type BackupRepository = z.infer<typeof backupRepository>;

export const clusterImages = z.object({
  ...imagePull,
  multigateway: image.optional(),
  multiorch: image.optional(),
  multipooler: image.optional(),
  multiadmin: image.optional(),
  postgres: image.optional(),
  pgctld: image.describe("Image with pgctld and PostgreSQL, if postgres is an image without pgctld.").optional(),
});
export type ClusterImages = z.infer<typeof clusterImages>;

// What a parent writes into a child so that the child's controller needs nothing else.

/** The cluster that a child belongs to. */
export const clusterReference = z.object({ name: objectName, uid: text(64) });
export type ClusterReference = z.infer<typeof clusterReference>;

/** A topology that components dial: `address` is a host:port list as Multigres' flags take it. */
export const topologyReference = z.object({
  rootPath,
  address: text(2048).describe("host:port list of etcd's client endpoints."),
  clientServiceName: text(63).describe("Set when the operator manages this topology server.").optional(),
  tlsSecretRef: localObjectReference.optional(),
});
export type TopologyReference = z.infer<typeof topologyReference>;

export const cellPlacement = z.object({
  name: cellName,
  zone: topologyLabelValue.optional(),
  region: topologyLabelValue.optional(),
  topology: topologyReference
    .pick({ rootPath: true, address: true })
    .describe(
      "The cell's own topology server, once the cell's record leads to it. Pods register there when they start and never move, so they are replaced when it changes.",
    )
    .optional(),
});
export type CellPlacement = z.infer<typeof cellPlacement>;
