// A step of the Dockerfile: `npm ci`, unless what package-lock.json asks for is there already.
import { fileURLToPath } from "node:url";
import { ensurePackages } from "../bootstrap/packages.mjs";

await ensurePackages(fileURLToPath(new URL("../..", import.meta.url)), process.env);
