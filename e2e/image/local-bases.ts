import { createHash } from "node:crypto";
import { glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyLibraries, copyProgram } from "../support/docker/programs.ts";
import { ensureImage } from "../support/docker/packed-image.ts";

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
