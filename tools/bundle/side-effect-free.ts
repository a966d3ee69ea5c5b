import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Tells bundlers that importing an installed package does nothing by itself, so that unused parts of it fall away. @kubernetes/client-node is
 * so but doesn't say it in its package.json; all of it costs a controller 17 MB of memory. A resolver plugin for esbuild would leave node_modules
 * alone, and takes ten times as long, since it is asked about every one of the package's 1500 files.
 */
export function declareSideEffectFree(packageName: string, importer: string): void {
  const file = packageJsonOf(packageName, importer);
  const content = JSON.parse(readFileSync(file, "utf8")) as { sideEffects?: unknown };
  if (content.sideEffects === false) return;
  // Replaced as a whole: several bundles are built at the same time.
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ ...content, sideEffects: false }, undefined, 2)}\n`);
  renameSync(temporary, file);
}

/** Not every package exports its package.json, so it is looked for upwards from the entry. */
function packageJsonOf(packageName: string, importer: string): string {
  const entry = createRequire(importer).resolve(packageName);
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    try {
      if ((JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === packageName) return file;
    } catch {
      // Not here.
    }
  }
  throw new Error(`${packageName} has no package.json`);
}
