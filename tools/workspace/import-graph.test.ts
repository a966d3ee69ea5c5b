import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** What each project may import of the others. ARCHITECTURE.md draws the same graph. */
const allowed: Record<string, readonly string[]> = {
  "api-types": [],
  "merge-engine": ["api-types"],
  "status-kit": ["api-types"],
  "workload-kit": ["api-types"],
  topology: ["api-types"],
  "controller-kit": ["api-types", "status-kit"],
  "cluster-controller": ["api-types", "controller-kit", "merge-engine", "status-kit", "topology", "workload-kit"],
  "cell-controller": ["api-types", "controller-kit", "status-kit", "topology", "workload-kit"],
  "tablegroup-controller": ["api-types", "controller-kit", "status-kit", "workload-kit"],
  "shard-controller": ["api-types", "controller-kit", "merge-engine", "status-kit", "topology", "workload-kit"],
  "topo-controller": ["api-types", "controller-kit", "status-kit", "workload-kit"],
};

interface Project {
  readonly name: string;
  readonly folder: string;
  readonly declared: readonly string[];
}

const projects = ["packages", "apps"].flatMap((group) =>
  readdirSync(join(root, group)).map((folder): Project => {
    const manifest = JSON.parse(readFileSync(join(root, group, folder, "package.json"), "utf8")) as {
      name: string;
      dependencies?: Record<string, string>;
    };
    return {
      name: manifest.name.replace("@multigres/", ""),
      folder: join(root, group, folder),
      declared: Object.keys(manifest.dependencies ?? {}),
    };
  }),
);

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes("/node_modules/") && !file.includes("/dist/"));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)].map((match) => match[1] ?? "");
}

const ourImports = (project: Project, { tests }: { tests: boolean }) =>
  sources(join(project.folder, "src"))
    .filter((file) => tests || !(file.endsWith(".test.ts") || file.includes("/testing/")))
    .flatMap((file) => importsOf(file).map((specifier) => ({ file: relative(root, file), specifier })));

describe("import graph", () => {
  it("knows every project", () => {
    expect(projects.map((project) => project.name).sort()).toEqual(
      Object.keys(allowed)
        .filter((name) => projects.some((project) => project.name === name))
        .sort(),
    );
  });

  it.each(projects)("$name imports only what the architecture allows", (project) => {
    const foreign = ourImports(project, { tests: false })
      .filter(({ specifier }) => specifier.startsWith("@multigres/"))
      .filter(({ specifier }) => !allowed[project.name]?.includes(specifier.split("/")[1] ?? ""));
    expect(foreign).toEqual([]);
  });

  it.each(projects)("$name declares every workspace package that it imports", (project) => {
    const used = new Set(
      ourImports(project, { tests: false })
        .filter(({ specifier }) => specifier.startsWith("@multigres/"))
        .map(({ specifier }) => specifier.split("/").slice(0, 2).join("/")),
    );
    expect([...used].filter((name) => !project.declared.includes(name))).toEqual([]);
  });

  it.each(projects)("$name never reaches into another project by path", (project) => {
    const outside = ourImports(project, { tests: true }).filter(
      ({ file, specifier }) =>
        specifier.startsWith(".") && relative(project.folder, join(root, dirname(file), specifier)).startsWith(".."),
    );
    expect(outside).toEqual([]);
  });
});
