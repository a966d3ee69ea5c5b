import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFile, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { docker } from "./docker.ts";

const root = join(import.meta.dirname, "../..");

/** Build arguments for the Dockerfile at the root. */
export type Bases = Readonly<Record<"BASE_IMAGE" | "BUILD_IMAGE", string>> | Readonly<Record<string, never>>;

/**
 * Stand-ins for the public base images, made of this machine's own Node with its libraries and laid out like distroless, so that the test needs
 * no image registry; the one to build in brings the installed packages, so that it needs no package registry either. Made once per version of
 * Node and package-lock.json. Where this machine's programs don't run in containers (macOS), the Dockerfile's public ones are used.
 */
export async function localBases(): Promise<Bases> {
  if (process.platform !== "linux") return {};
  const [base, build] = await Promise.all([tag("base"), tag("build", "node_modules/.package-lock.json")]);
  const folder = await mkdtemp(join(tmpdir(), "multigres-image-"));
  try {
    const files = join(folder, "root");
    await copyProgram(process.execPath, join(files, "nodejs/bin/node"), files);
    for (const empty of ["tmp", "app", "home/nonroot"]) await mkdir(join(files, empty), { recursive: true });
    await ensureImage(
      base,
      ['ENTRYPOINT ["/nodejs/bin/node"]', "USER 65532:65532", "WORKDIR /home/nonroot"],
      ["-C", files, "."],
    );

    await copyProgram("/bin/sh", join(files, "bin/sh"), files);
    // The shebang lines of packages ask for it.
    await mkdir(join(files, "usr/bin"), { recursive: true });
    await writeFile(join(files, "usr/bin/env"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    // Of the bundler only rollup has native code that isn't linked statically.
    for await (const addon of glob(join(root, "node_modules/@rollup/*/*.node"))) await copyLibraries(addon, files);
    await ensureImage(
      build,
      ["ENV PATH=/nodejs/bin:/bin"],
      [
        "--exclude=node_modules/.vite*",
        "--transform=s,^node_modules,src/node_modules,",
        "-C",
        files,
        ".",
        "-C",
        root,
        "node_modules",
      ],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { BASE_IMAGE: base, BUILD_IMAGE: build };
}

async function tag(name: string, ...contents: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(`${process.version} ${process.arch}`);
  hash.update(await readFile(import.meta.filename));
  for (const file of contents) hash.update(await readFile(join(root, file)));
  return `multigres-e2e/${name}:${hash.digest("hex").slice(0, 16)}`;
}

/** Imports what `tar` packs as an image of one layer, unless it is there; older ones of the same name go. */
async function ensureImage(image: string, changes: readonly string[], tarArguments: readonly string[]): Promise<void> {
  const [name = ""] = image.split(":");
  const present = (await docker(["images", "--format", "{{.Repository}}:{{.Tag}}", name])).split("\n");
  if (present.includes(image)) return;
  const tar = spawn("tar", ["-c", ...tarArguments], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(tar, "close");
  await docker(["import", ...changes.flatMap((change) => ["--change", change]), "-", image], tar.stdout);
  const [code] = (await ended) as [number];
  // 1: somebody else wrote into node_modules meanwhile.
  if (code > 1) {
    await docker(["rmi", image]);
    throw new Error(`tar ended with ${code}`);
  }
  const old = present.filter((other) => other.startsWith(`${name}:`));
  if (old.length > 0) await docker(["rmi", "--force", ...old]);
}

/** Copies a program to a path of the image's root, and the libraries that it is linked with to theirs. */
async function copyProgram(program: string, target: string, files: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(program, target);
  await copyLibraries(program, files);
}

/** The dynamic linker among them. */
async function copyLibraries(program: string, files: string): Promise<void> {
  const { stdout } = await promisify(execFile)("ldd", [program]);
  for (const [, library = ""] of stdout.matchAll(/(?:^|\s)(\/\S+)(?=\s+\(0x)/gm)) {
    await mkdir(dirname(join(files, library)), { recursive: true });
    await copyFile(library, join(files, library));
  }
}
