import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Kubectl } from "../control-plane/index.ts";
import type { ControllerManifest } from "./manifests.ts";

export type KubeconfigCluster = Readonly<Record<string, unknown>>;

interface ConfigView {
  readonly clusters: readonly { readonly cluster: KubeconfigCluster }[];
}

/** Where the cluster is and what proves it, from the kubeconfig that kubectl uses. */
export async function clusterOf(kubectl: Kubectl): Promise<KubeconfigCluster> {
  const view = await succeed(kubectl, ["config", "view", "--minify", "--flatten", "--raw", "-o", "json"]);
  return (JSON.parse(view) as ConfigView).clusters[0]?.cluster ?? {};
}

/** Writes a kubeconfig that holds nothing but a token of the controller's own ServiceAccount. */
export async function writeCredentials(
  kubectl: Kubectl,
  { serviceAccount, namespace }: ControllerManifest,
  cluster: KubeconfigCluster,
  file: string,
): Promise<void> {
  const token = await succeed(kubectl, ["create", "token", serviceAccount, "-n", namespace, "--duration=24h"]);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "cluster", cluster }],
      users: [{ name: serviceAccount, user: { token: token.trim() } }],
      contexts: [{ name: "context", context: { cluster: "cluster", user: serviceAccount } }],
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
