/** The parts of a package.json that differ between the workspace and the published package. */
export interface PackageManifest {
  readonly [field: string]: unknown;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

const workspaceOnly = ["private", "scripts", "devDependencies"];
const sourceCondition = "@multigres/source";

/** The package.json beside the built files: paths are from there, and nothing leads to the sources, which aren't published. */
export function publishedManifest(workspace: PackageManifest): PackageManifest {
  const kept = Object.entries(workspace).filter(([field]) => !workspaceOnly.includes(field));
  const exports = Object.entries(workspace.exports).map(([subpath, target]) => [
    subpath,
    typeof target === "string"
      ? fromDist(target)
      : Object.fromEntries(
          Object.entries(target)
            .filter(([condition]) => condition !== sourceCondition)
            .map(([condition, path]) => [condition, fromDist(path)]),
        ),
  ]);
  return { ...Object.fromEntries(kept), exports: Object.fromEntries(exports) };
}

function fromDist(path: string): string {
  return path.replace(/^\.\/dist\//, "./");
}
