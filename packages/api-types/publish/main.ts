// Last step of the build: completes dist/ to the folder that is packed and published.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonSchemas } from "./json-schema.ts";
import { type PackageManifest, publishedManifest } from "./package-manifest.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

const workspace = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as PackageManifest;
await writeFile(join(dist, "package.json"), `${JSON.stringify(publishedManifest(workspace), undefined, 2)}\n`);
await mkdir(join(dist, "schemas"), { recursive: true });
for (const [file, schema] of jsonSchemas()) await writeFile(join(dist, "schemas", file), JSON.stringify(schema));
await copyFile(join(root, "README.md"), join(dist, "README.md"));
await copyFile(join(root, "../../LICENSE"), join(dist, "LICENSE"));
