import type { V1Service } from "@kubernetes/client-node";
import { type Owner, ownedMetadata } from "./metadata.ts";

export interface ServiceOptions {
  readonly owner: Owner;
  readonly name: string;
  readonly identity: Record<string, string>;
  /** Default: `identity`. */
  readonly selector?: Record<string, string>;
  /** Port name -> number; the target is the container port of that number. */
  readonly ports: Readonly<Record<string, number>>;
  readonly headless?: boolean;
  /** Members that must find each other before any is ready. */
  readonly publishNotReadyAddresses?: boolean;
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly annotations?: Record<string, string>;
}

export function service(options: ServiceOptions): V1Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: ownedMetadata(
      options.owner,
      options.name,
      options.identity,
      options.annotations,
    ) as V1Service["metadata"],
    spec: {
      type: options.type ?? "ClusterIP",
      ...(options.headless ? { clusterIP: "None" } : {}),
      ...(options.publishNotReadyAddresses ? { publishNotReadyAddresses: true } : {}),
      selector: options.selector ?? options.identity,
      ports: Object.entries(options.ports).map(([name, port]) => ({ name, port, protocol: "TCP", targetPort: port })),
    },
  };
}

/** In-cluster address of a Service, without the cluster's domain: `<service>.<namespace>.svc:<port>`. */
export function serviceAddress(serviceName: string, namespace: string, port: number): string {
  return `${serviceName}.${namespace}.svc:${port}`;
}
