import { cell, pool } from "../fleet.ts";
import type { PoolManifest } from "../manifests.ts";
import type { EditKind } from "./edit.ts";
import { knownSize } from "./sizes.ts";

const cellOfItsOwn = "z3";
const moreDatabases = ["own_db", "extra-db"];

export const treeEdits: readonly EditKind[] = [
  {
    name: "cell added or removed",
    weight: 2,
    make: ({ clusters }, random) => {
      const manifest = random.pick(clusters);
      if (manifest === undefined) return undefined;
      const { spec } = manifest;
      const isThere = spec.cells.some(({ name }) => name === cellOfItsOwn);
      const isThereOf = ({ cell: of }: PoolManifest) => of === cellOfItsOwn;
      const isUsed = spec.databases.some(({ spec: { pools = [], overrides = [] } }) =>
        [...pools, ...overrides].some(isThereOf),
      );
      if (isUsed) return undefined;
      const others = spec.cells.filter(({ name }) => name !== cellOfItsOwn);
      const withOwnTopology = Number(manifest.metadata.name.slice(1)) % 2 === 1;
      spec.cells = isThere ? others : [...others, cell(cellOfItsOwn, withOwnTopology)];
      return { manifest, what: `${isThere ? "no" : "a"} cell ${cellOfItsOwn}` };
    },
  },
  {
    name: "database added or removed",
    weight: 3,
    make: (draft, random) => {
      const manifest = random.pick(draft.clusters);
      const name = random.pick(moreDatabases);
      if (manifest === undefined || name === undefined) return undefined;
      const { spec } = manifest;
      const isThere = spec.databases.some((database) => database.name === name);
      const others = spec.databases.filter((database) => database.name !== name);
      const inCell = (of: string, replicas: number) =>
        pool("replica", of, replicas, knownSize(draft, manifest, name, { type: "replica", cell: of }));
      spec.databases = isThere
        ? others
        : [...others, { name, spec: { pools: [inCell("z1", random.between(1, 3)), inCell("z2", 1)] } }];
      return { manifest, what: `${isThere ? "no" : "a"} database ${name}` };
    },
  },
];
