import type { ExternalTopoServer, ManagedTopoServer, TopoServerConfig } from "@multigres/api-types";
import { applyDefaults } from "./apply-defaults.ts";
import { canonical } from "./canonical.ts";
import { defaults } from "./defaults.ts";

/** An etcd that the operator runs, complete. */
export type ResolvedManagedTopoServer = ManagedTopoServer &
  Required<Pick<ManagedTopoServer, "image" | "replicas" | "resources" | "dataVolumeClaimTemplate">>;

/** Where a topology lives; exactly one of `managed` and `external` is there. */
export type ResolvedTopoServer =
  | { readonly rootPath: string; readonly managed: ResolvedManagedTopoServer; readonly external?: undefined }
  | {
      readonly rootPath: string;
      readonly managed?: undefined;
      readonly external: Omit<ExternalTopoServer, "rootPath">;
    };

export interface TopoServerDefaults {
  /** `defaults.globalRootPath`, or `defaults.cellRootPath` of the cell. */
  readonly rootPath: string;
  /** etcd's image. */
  readonly image: string;
}

/**
 * The global topology server, or a cell's own (see `hasOwnTopoServer`). Without `external` it is managed: three
 * members with 10Gi each, and enough reserved to answer in time, unless the user says otherwise. `rootPath` beside or within `external` means the same.
 */
export function resolveTopoServer(
  config: TopoServerConfig | undefined,
  fallback: TopoServerDefaults,
): ResolvedTopoServer {
  const rootPath = config?.rootPath ?? config?.external?.rootPath ?? fallback.rootPath;
  if (config?.external) {
    const { rootPath: _, ...external } = config.external;
    return canonical({ rootPath, external });
  }
  const base = { ...defaults.managedTopoServer, image: fallback.image };
  const managed = applyDefaults(base, config?.managedSpec ?? {}) as ResolvedManagedTopoServer;
  return canonical({ rootPath, managed });
}

/** Whether a cell has a topology server of its own; else it uses the global one. */
export function hasOwnTopoServer(config: TopoServerConfig | undefined): boolean {
  return config?.managedSpec !== undefined || config?.external !== undefined;
}
