import type { Cell, ExternalTopoServer, ManagedTopoServer } from "@multigres/api-types";

/** Where a cell's topology lives, if not in the global server. */
export type OwnTopoServer =
  | { readonly kind: "none" }
  | { readonly kind: "external"; readonly rootPath: string; readonly external: ExternalTopoServer }
  | { readonly kind: "managed"; readonly rootPath: string; readonly managed: CompleteTopoServer }
  | { readonly kind: "incomplete"; readonly missing: readonly string[] };

type CompleteTopoServer = ManagedTopoServer &
  Required<Pick<ManagedTopoServer, "image" | "replicas" | "dataVolumeClaimTemplate">>;

/** The schema is the user's, where everything may be left out; the cluster-controller fills it in. */
export function ownTopoServer({ spec }: Pick<Cell, "spec">): OwnTopoServer {
  const { rootPath, managedSpec, external } = spec.topoServer;
  if (external) {
    const root = rootPath ?? external.rootPath;
    return root === undefined
      ? { kind: "incomplete", missing: ["rootPath"] }
      : { kind: "external", rootPath: root, external };
  }
  if (!managedSpec) return { kind: "none" };
  const { image, replicas, dataVolumeClaimTemplate } = managedSpec;
  if (
    rootPath === undefined ||
    image === undefined ||
    replicas === undefined ||
    dataVolumeClaimTemplate === undefined
  ) {
    const values = {
      rootPath,
      "managedSpec.image": image,
      "managedSpec.replicas": replicas,
      "managedSpec.dataVolumeClaimTemplate": dataVolumeClaimTemplate,
    };
    const missing = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [name] : []));
    return { kind: "incomplete", missing };
  }
  return { kind: "managed", rootPath, managed: { ...managedSpec, image, replicas, dataVolumeClaimTemplate } };
}
