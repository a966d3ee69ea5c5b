import type { Kubectl } from "../control-plane/index.ts";
import type { ControllerManifest } from "./manifests.ts";

/** Text of a kubeconfig that holds nothing but a token of the controller's own ServiceAccount. */
export type KubeconfigOf = (controller: ControllerManifest) => Promise<string>;

interface ConfigView {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, unknown>> }[];
}

/** For the cluster of the kubeconfig that kubectl uses, whatever it takes to reach that. */
export async function kubeconfigsFrom(kubectl: Kubectl): Promise<KubeconfigOf> {
  const view = await succeed(kubectl, ["config", "view", "--minify", "--flatten", "--raw", "-o", "json"]);
  const cluster = (JSON.parse(view) as ConfigView).clusters[0]?.cluster ?? {};
  return async ({ serviceAccount, namespace }) => {
    const token = await succeed(kubectl, ["create", "token", serviceAccount, "-n", namespace, "--duration=24h"]);
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "cluster", cluster }],
      users: [{ name: serviceAccount, user: { token: token.trim() } }],
      contexts: [{ name: "context", context: { cluster: "cluster", user: serviceAccount } }],
      "current-context": "context",
    });
  };
}

async function succeed(kubectl: Kubectl, args: readonly string[]): Promise<string> {
  const result = await kubectl(args);
  if (result.code !== 0) throw new Error(`kubectl ${args.join(" ")} failed: ${result.stderr}`);
  return result.stdout;
}
