import { failingTags } from "../../control-plane/index.ts";
import { type ImageName, requests } from "../manifests.ts";
import type { EditKind } from "./edit.ts";

const images: readonly ImageName[] = ["multigateway", "multiorch", "multipooler", "multiadmin"];

/** An image of PostgreSQL with which no pod runs. */
const badImage = `pgctld${failingTags.crash}`;

export const componentEdits: readonly EditKind[] = [
  {
    name: "gateways",
    weight: 3,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      const cell = random.pick(manifest?.spec.cells ?? []);
      if (manifest === undefined || cell === undefined) return undefined;
      cell.spec.multiGateway.static.replicas = random.between(1, 3);
      return { manifest, what: `${cell.spec.multiGateway.static.replicas} gateways in ${cell.name}` };
    },
  },
  {
    name: "multiadmin, multiorch",
    weight: 1,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      const component = random.pick(["multiadmin", "multiorch"] as const);
      if (manifest === undefined || component === undefined) return undefined;
      manifest.spec[component].replicas = random.between(1, 2);
      manifest.spec[component].resources = requests(random.between(50, 60));
      return { manifest, what: `${manifest.spec[component].replicas} of ${component}, other resources` };
    },
  },
  {
    name: "image",
    weight: 3,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      const name = random.pick(images);
      if (manifest === undefined || name === undefined) return undefined;
      manifest.spec.images[name] = `${name}:${random.between(2, 99)}`;
      return { manifest, what: `image of ${name}: ${manifest.spec.images[name]}` };
    },
  },
  {
    name: "image of PostgreSQL",
    weight: 4,
    make: ({ clusters }, random) => {
      const broken = clusters.find(({ spec }) => spec.images.postgres === badImage);
      const manifest = broken ?? random.pick(clusters);
      if (manifest === undefined) return undefined;
      const isBad = broken === undefined && random.chance(0.15);
      manifest.spec.images.postgres = isBad ? badImage : `pgctld:${random.between(2, 99)}`;
      return { manifest, what: `image of PostgreSQL: ${manifest.spec.images.postgres}` };
    },
  },
  {
    name: "resources",
    weight: 2,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      const cell = random.pick(manifest?.spec.cells ?? []);
      if (manifest === undefined || cell === undefined) return undefined;
      cell.spec.multiGateway.static.resources = requests(random.between(50, 99));
      return { manifest, what: `resources of gateways in ${cell.name}` };
    },
  },
];
