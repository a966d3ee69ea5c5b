import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

// Ryuk, which removes what a killed test leaves, is an image on a registry; what is left here goes with its control plane, or by leftovers.ts.
process.env["TESTCONTAINERS_RYUK_DISABLED"] ??= "true";
// Our containers' ports are on this machine; looking for another way to them fails where the engine has no default bridge.
process.env["TESTCONTAINERS_HOST_OVERRIDE"] ??= "127.0.0.1";

/** Throws one sentence that says what to install when there is no Docker engine. */
export async function requireDocker(): Promise<void> {
  try {
    await docker(["version", "--format", "{{.Server.Version}}"]);
  } catch (error) {
    throw new Error(
      `some tests run containers, for which the docker command and a local Docker engine are needed: install and start one (Debian: apt-get install docker.io), or set DOCKER_HOST; ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Runs the docker command and returns what it printed. Throws with the end of its errors. */
export async function docker(args: readonly string[], stdin?: Readable): Promise<string> {
  const child = spawn("docker", args, { stdio: ["pipe", "pipe", "pipe"] });
  // Who reads nothing more has failed, and says why.
  child.stdin.on("error", () => {});
  if (stdin) stdin.pipe(child.stdin);
  else child.stdin.end();
  const exit = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  if (code === 0) return stdout.trim();
  const said = `${stdout.trim()}\n${stderr}`.trim().split("\n").slice(-30).join("\n");
  throw new Error(`docker ${args[0]} ended with ${code}:\n${said}`);
}
