import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project far from this workspace that has the packed @multigres/api-types installed, as a user has it. */
export interface Consumer {
  /** Paths within the tarball. */
  readonly packed: readonly string[];
  /** Text of a file of the installed package. */
  read(path: string): Promise<string>;
  write(path: string, content: string): Promise<void>;
  node(...args: readonly string[]): Promise<Ended>;
  /** The workspace's TypeScript compiler on the project's tsconfig.json. */
  tsc(compilerOptions: Readonly<Record<string, unknown>>, files: readonly string[]): Promise<Ended>;
  remove(): Promise<void>;
}

/** Packs, and installs from npm's cache as far as that has what is needed: zod, yaml and the types of Node. */
export async function installPacked(): Promise<Consumer> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "multigres-consumer-")));
  const project = join(folder, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const [tarball] = JSON.parse(
    await succeed(
      "npm",
      ["pack", "--json", "--pack-destination", folder, join(root, "packages/api-types/dist")],
      folder,
    ),
  ) as [{ filename: string; files: { path: string }[] }];
  const others = await Promise.all(["yaml", "@types/node"].map(sameVersion));
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball.filename), ...others];
  await succeed("npm", install, project);
  return {
    packed: tarball.files.map(({ path }) => path),
    read: (path) => readFile(join(project, "node_modules/@multigres/api-types", path), "utf8"),
    write: (path, content) => writeFile(join(project, path), content),
    node: (...args) => run(process.execPath, args, project),
    tsc: async (compilerOptions, files) => {
      await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
      return run(join(root, "node_modules/.bin/tsc"), ["--noEmit", "-p", "."], project);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The version that the workspace has, and npm's cache therefore, too. */
async function sameVersion(name: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, "node_modules", name, "package.json"), "utf8")) as {
    version: string;
  };
  return `${name}@${manifest.version}`;
}

async function succeed(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stderr}`);
  return stdout;
}

/** Without what npm, npx and vitest tell the programs that they start: a user's shell has none of it. */
function shellEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(npm_(?!config_)|npm_config_(local_prefix|prefix|workspaces?)$|NODE_OPTIONS$|NODE_ENV$|VITEST)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: shellEnvironment() }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr: code === -1 ? `${stderr}${error?.message}` : stderr });
    });
  });
}
