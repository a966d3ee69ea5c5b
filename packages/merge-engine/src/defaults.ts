import { defaultEtcdReplicas, defaultStorage } from "@multigres/api-types";

/**
 * What a field means that nobody set. Part of the API: changing a value changes running clusters. Images are not
 * here, they are settings of the controllers.
 */
export const defaults = {
  pool: {
    replicas: 3,
    dataVolumeClaimTemplate: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: defaultStorage } },
    },
    postgres: { resources: { requests: { cpu: "500m", memory: "1Gi" } } },
    multipooler: { resources: { requests: { cpu: "100m", memory: "128Mi" } } },
  },
  /** multiadmin and multiorch. */
  component: {
    replicas: 1,
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
  },
  gateway: {
    replicas: 1,
    resourceMultiplier: 1,
    /** What `resourceMultiplier` multiplies. */
    resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
  },
  managedTopoServer: {
    replicas: defaultEtcdReplicas,
    resources: { requests: { cpu: "100m", memory: "256Mi" } },
    dataVolumeClaimTemplate: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: defaultStorage } },
    },
  },
  globalRootPath: "/multigres/global",
  cellRootPath: (cell: string): string => `/multigres/${cell}`,
} as const;
