import type { V1Pod, V1Service } from "@kubernetes/client-node";

/** The names under which a cluster's DNS finds a pod that isn't ready: those of Services that select it and publish such pods. */
export function namesOf({ metadata, spec }: V1Pod, services: readonly V1Service[]): string[] {
  return services
    .filter(({ metadata: of, spec: service }) => {
      const selector = Object.entries(service?.selector ?? {});
      return (
        service?.publishNotReadyAddresses &&
        of?.namespace === metadata?.namespace &&
        selector.length > 0 &&
        selector.every(([label, value]) => metadata?.labels?.[label] === value)
      );
    })
    .flatMap(({ metadata: of, spec: service }) => {
      const name = `${of?.name}.${of?.namespace}.svc`;
      const isGoverning = service?.clusterIP === "None" && of?.name === spec?.subdomain;
      return isGoverning ? [name, `${spec?.hostname}.${name}`] : [name];
    });
}
