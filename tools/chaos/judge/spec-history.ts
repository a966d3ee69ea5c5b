import { isDeepStrictEqual } from "node:util";
import { type Wanted, wantedOf } from "../expectation/wanted.ts";
import { type ClusterManifest, isPaused, type TemplateManifest } from "../manifests.ts";

interface Version {
  readonly at: number;
  readonly wanted: Wanted;
  readonly isPaused: boolean;
}

/** What users asked for, and since when. */
export class SpecHistory {
  readonly #clusters = new Map<string, { manifest: ClusterManifest; versions: Version[] }>();
  readonly #templates = new Map<string, TemplateManifest>();

  see(manifest: ClusterManifest | TemplateManifest, at: number): void {
    const { namespace, name } = manifest.metadata;
    if (manifest.kind === "ShardTemplate") {
      this.#templates.set(namespace, manifest);
      for (const { manifest: cluster } of this.#clusters.values()) {
        if (cluster.metadata.namespace === namespace) this.#note(cluster, at);
      }
      return;
    }
    const id = `${namespace}/${name}`;
    const known = this.#clusters.get(id);
    // Most of what is seen of a cluster is its status.
    if (known && isDeepStrictEqual(known.manifest, manifest)) return;
    if (known) known.manifest = manifest;
    else this.#clusters.set(id, { manifest, versions: [] });
    this.#note(manifest, at);
  }

  #note(manifest: ClusterManifest, at: number): void {
    const { namespace, name } = manifest.metadata;
    this.#clusters.get(`${namespace}/${name}`)?.versions.push({
      at,
      wanted: wantedOf(manifest, this.#templates.get(namespace)),
      isPaused: isPaused(manifest),
    });
  }

  /** What was asked for at any time of a span; empty where the cluster wasn't known then. */
  during(namespace: string, name: string, from: number, to: number): readonly Wanted[] {
    const versions = this.#clusters.get(`${namespace}/${name}`)?.versions ?? [];
    return versions
      .filter(({ at }, index) => at <= to && (versions[index + 1]?.at ?? Number.POSITIVE_INFINITY) > from)
      .map(({ wanted }) => wanted);
  }

  /** Since when a cluster had been paused at a time; undefined: it wasn't. */
  pausedSince(namespace: string, name: string, time: number): number | undefined {
    const versions = (this.#clusters.get(`${namespace}/${name}`)?.versions ?? []).filter(({ at }) => at <= time);
    const lastUnpaused = versions.findLastIndex((version) => !version.isPaused);
    return versions[lastUnpaused + 1]?.at;
  }
}
