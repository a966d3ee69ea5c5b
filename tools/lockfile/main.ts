// `npm run lock`: makes package-lock.json good for every platform, whatever the registry it was made with has.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { completeLock, type Lock, missingOptional } from "./complete.ts";

const file = join(import.meta.dirname, "../../package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
const missing = missingOptional(lock);
if (missing.length > 0) writeFileSync(file, `${JSON.stringify(completeLock(lock), undefined, 2)}\n`);
console.log(`package-lock.json: ${missing.length} packages of other platforms added`);
