import type { Fleet } from "../fleet.ts";
import type { ClusterManifest, TemplateManifest } from "../manifests.ts";
import type { Random } from "../random.ts";

/** One change that a user makes. */
export interface Edited {
  readonly manifest: ClusterManifest | TemplateManifest;
  /** In words, for the log. */
  readonly what: string;
}

export interface EditKind {
  readonly name: string;
  /** How often it comes, compared with the others. */
  readonly weight: number;
  /** Changes the draft; undefined: there is nothing that could be changed so. */
  readonly make: (draft: Fleet, random: Random) => Edited | undefined;
}

export function nameOf({ kind, metadata }: Edited["manifest"]): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
