import { posix } from "node:path";
import { InvalidSettingError } from "./errors.ts";

/** Kinds of components that register themselves in a cell's topology: folder, and the name of the record in it. */
const componentRecords = { poolers: "Pooler", gateways: "Gateway", orchs: "Orch" } as const;
export type ComponentFolder = keyof typeof componentRecords;
export const componentFolders = Object.keys(componentRecords) as readonly ComponentFolder[];

/** Our own keys. Multigres lists and watches `cells`, `poolers` and so on by prefix, and never looks here. */
const ownFolder = "multigres-operator";

/**
 * Every key under one root, as Multigres builds them: `<root>/<path>`, normalised.
 * Names are checked: InvalidSettingError for one that would lead out of its folder.
 */
export class Keys {
  readonly #root: string;

  constructor(root: string) {
    if (root === "") throw new InvalidSettingError("the topology's root path is empty");
    this.#root = root;
  }

  // Multigres' records

  cell(cell: string): string {
    return this.#key("cells", name(cell), "Cell");
  }

  database(database: string): string {
    return this.#key("databases", name(database), "Database");
  }

  databases(): string {
    return this.#folder("databases");
  }

  /** The name in a key of a Database record, undefined for any other key. */
  databaseOf(key: string): string | undefined {
    return inner(key, this.databases(), "/Database");
  }

  /** Everything of one database: its record, claims and locks of its shards. */
  databaseFolder(database: string): string {
    return this.#folder("databases", name(database));
  }

  /** Whether a key is the claim that multiorch writes when it initialises a shard of the database. */
  isShardInitClaim(key: string, database: string): boolean {
    const folder = this.databaseFolder(database);
    return key.startsWith(folder) && /^[^/]+\/[^/]+\/ShardInitClaim$/.test(key.slice(folder.length));
  }

  components(folder: ComponentFolder): string {
    return this.#folder(folder);
  }

  /** Whether a key is the record of a component, and not for example a lock beside it. */
  isComponent(key: string, folder: ComponentFolder): boolean {
    return inner(key, this.components(folder), `/${componentRecords[folder]}`) !== undefined;
  }

  // Ours

  /** Says which cluster uses this root as its global topology. */
  globalClaim(): string {
    return this.#key(ownFolder, "claims", "global");
  }

  /** Says which cell of which cluster has this root as its own topology. */
  cellClaim(): string {
    return this.#key(ownFolder, "claims", "cell");
  }

  cellMark(cell: string): string {
    return this.#key(ownFolder, "cells", name(cell));
  }

  databaseMark(database: string): string {
    return this.#key(ownFolder, "databases", name(database));
  }

  marks(folder: "cells" | "databases"): string {
    return this.#folder(ownFolder, folder);
  }

  #key(...parts: string[]): string {
    return posix.join(this.#root, ...parts);
  }

  #folder(...parts: string[]): string {
    return `${this.#key(...parts)}/`;
  }
}

function name(value: string): string {
  if (value === "" || value === "." || value === ".." || value.includes("/")) {
    throw new InvalidSettingError(`"${value}" can't be the name of a cell or database`);
  }
  return value;
}

/** What stands between a folder and a suffix, if it is one name. */
function inner(key: string, folder: string, suffix: string): string | undefined {
  if (!key.startsWith(folder) || !key.endsWith(suffix)) return undefined;
  const between = key.slice(folder.length, -suffix.length);
  return between === "" || between.includes("/") ? undefined : between;
}
