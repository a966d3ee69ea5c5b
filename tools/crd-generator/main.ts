/** Writes the CRDs and policies below `deploy/`. Usage: npm run generate */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { generatedManifests } from "./manifests.ts";

const deploy = join(import.meta.dirname, "../../deploy");

for (const [path, content] of generatedManifests()) {
  const file = join(deploy, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  console.log(`deploy/${path}: ${content.length} bytes`);
}
