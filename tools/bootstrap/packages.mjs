import { readFileSync } from "node:fs";
import { join } from "node:path";
import { step } from "./step.mjs";

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, peer?: boolean }} Entry
 * @typedef {{ packages?: Record<string, Entry> }} Lock
 */

/**
 * Whether what npm says it installed is what the lock file asks for. Optional packages may be missing: most are for other platforms.
 * @param {Lock | undefined} wanted package-lock.json
 * @param {Lock | undefined} installed node_modules/.package-lock.json, which npm writes last
 */
export function isInstalled(wanted, installed) {
  if (wanted?.packages === undefined || installed?.packages === undefined) return false;
  const there = installed.packages;
  return Object.entries(wanted.packages)
    .filter(([path]) => path.includes("node_modules/"))
    .every(([path, entry]) => {
      const found = there[path];
      return found === undefined ? entry.optional === true : found.version === entry.version;
    });
}

/**
 * Runs `npm ci` unless the packages of the lock file are there.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
export async function ensurePackages(root, env) {
  if (isInstalled(readLock(join(root, "package-lock.json")), readLock(join(root, "node_modules/.package-lock.json"))))
    return;
  await step("installing packages", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=warn"], { cwd: root, env });
}

/**
 * @param {string} path
 * @returns {Lock | undefined}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
