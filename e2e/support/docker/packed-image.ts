import { spawn } from "node:child_process";
import { once } from "node:events";
import { docker } from "./docker.ts";

/** Imports what `tar` packs as an image of one layer, unless it is there; older ones of the same name go. */
export async function ensureImage(
  image: string,
  changes: readonly string[],
  tarArguments: readonly string[],
): Promise<void> {
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
