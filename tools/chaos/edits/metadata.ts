import { isPaused, pausedAnnotation } from "../manifests.ts";
import type { EditKind } from "./edit.ts";

export const metadataEdits: readonly EditKind[] = [
  {
    name: "labels and annotations",
    weight: 1,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      if (manifest === undefined) return undefined;
      manifest.metadata.labels = { team: `t${random.between(1, 9)}` };
      manifest.metadata.annotations = { ...manifest.metadata.annotations, note: `n${random.between(1, 9)}` };
      return { manifest, what: "labels and annotations" };
    },
  },
  {
    name: "pause",
    weight: 4,
    make: ({ clusters }, random) => {
      const paused = clusters.find(isPaused);
      const manifest = paused ?? random.pick(clusters);
      if (manifest === undefined) return undefined;
      const { [pausedAnnotation]: _, ...others } = manifest.metadata.annotations ?? {};
      manifest.metadata.annotations = paused === undefined ? { ...others, [pausedAnnotation]: "true" } : others;
      return { manifest, what: paused === undefined ? "paused" : "goes on" };
    },
  },
];
