import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Kubectl } from "../control-plane/index.ts";
import type { ControllerManifest } from "./manifests.ts";

interface ConfigView {
  clusters: { name: string; cluster: Record<string, unknown> }[];
}

/** Writes a kubeconfig that holds nothing but a token of the controller's own ServiceAccount. */
export async function writeCredentials(kubectl: Kubectl, manifest: ControllerManifest, file: string): Promise<void> {
  const view = await succeed(kubectl, ["config", "view", "--minify", "--flatten", "--raw", "-o", "json"]);
  const token = await succeed(kubectl, [
    "create",
    "token",
    manifest.serviceAccount,
    "-n",
    manifest.namespace,
    "--duration=24h",
  ]);
  const cluster = (JSON.parse(view) as ConfigView).clusters[0]?.cluster;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "cluster", cluster }],
      users: [{ name: manifest.serviceAccount, user: { token: token.trim() } }],
      contexts: [{ name: "context", context: { cluster: "cluster", user: manifest.serviceAccount } }],
      "current-context": "context",
    }),
    { mode: 0o600 },
  );
}

async function succeed(kubectl: Kubectl, args: readonly string[]): Promise<string> {
  const result = await kubectl(args);
  if (result.code !== 0) throw new Error(`kubectl ${args.join(" ")} failed: ${result.stderr}`);
  return result.stdout;
}
