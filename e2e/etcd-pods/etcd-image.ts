import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBinaries } from "@multigres/tools/control-plane";
import { ensureImage } from "../support/docker/packed-image.ts";
import { copyProgram } from "../support/docker/programs.ts";

/**
 * An image with the control plane's own etcd, laid out like the published one, so that no image registry is needed. Where this machine's programs
 * don't run in containers (macOS), it is the published one.
 */
export async function etcdImage(published: string): Promise<string> {
  if (process.platform !== "linux") return published;
  const program = join(await ensureBinaries(), "etcd");
  const hash = createHash("sha256").update(await readFile(program));
  hash.update(await readFile(import.meta.filename));
  const image = `multigres-e2e/etcd:${hash.digest("hex").slice(0, 16)}`;
  const files = await mkdtemp(join(tmpdir(), "multigres-etcd-image-"));
  try {
    await copyProgram(program, join(files, "usr/local/bin/etcd"), files);
    await ensureImage(image, ["ENV PATH=/usr/local/bin"], ["--owner=0", "--group=0", "-C", files, "."]);
  } finally {
    await rm(files, { recursive: true, force: true });
  }
  return image;
}
