import { hostname } from "node:os";
import { docker } from "./docker.ts";

const key = "multigres-e2e.owner";
const prefix = `${hostname()}/`;

/** Carried by all that this process has the engine make and that doesn't end by itself: containers, networks, volumes. */
export const ownLabels: Readonly<Record<string, string>> = { [key]: `${prefix}${process.pid}` };
/** The same for the docker command. */
export const ownLabel = `${key}=${ownLabels[key]}`;

/** In the order in which they can be removed. */
const objects = [
  { list: ["ps", "--all"], remove: ["rm", "--force", "--volumes"] },
  { list: ["network", "ls"], remove: ["network", "rm"] },
  { list: ["volume", "ls"], remove: ["volume", "rm"] },
] as const;

/** Removes everything with a label, running or not. */
export async function removeLabelled(label: string): Promise<void> {
  for (const { list, remove } of objects) {
    const found = lines(await docker([...list, "--quiet", "--filter", `label=${label}`]));
    if (found.length > 0) await docker([...remove, ...found]);
  }
}

/** Removes what tests left that were killed on this machine. */
export async function removeLeftovers(): Promise<void> {
  const format = ["--filter", `label=${key}`, "--format", `{{.Label "${key}"}}`];
  const owners = await Promise.all(objects.map(({ list }) => docker([...list, ...format])));
  for (const owner of new Set(owners.flatMap(lines))) {
    if (owner.startsWith(prefix) && !runs(Number(owner.slice(prefix.length)))) await removeLabelled(`${key}=${owner}`);
  }
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
