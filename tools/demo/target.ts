import { homedir } from "node:os";
import { ensureBinaries, type Kubectl, runKubectl, startControlPlane } from "../control-plane/index.ts";
import { UsageError } from "./options.ts";

/** The cluster that the demo works on. */
export interface Target {
  readonly kubectl: Kubectl;
  /** How a person calls kubectl on it. */
  readonly kubectlHint: string;
  stop(): Promise<void>;
}

export async function ownControlPlane(log: (text: string) => void): Promise<Target> {
  const plane = await startControlPlane({ log });
  return {
    kubectl: plane.kubectl,
    kubectlHint: `KUBECONFIG=${plane.kubeconfig} ${plane.binaries}/kubectl`,
    stop: () => plane.stop(),
  };
}

/** An existing cluster through the user's own kubeconfig; its current context isn't changed. */
export async function existingCluster(context: string): Promise<Target> {
  const path = `${await ensureBinaries()}/kubectl`;
  const program = { path, kubeconfig: process.env["KUBECONFIG"] ?? "", home: homedir() };
  const kubectl: Kubectl = (args, options) => runKubectl(program, [`--context=${context}`, ...args], options);
  const reachable = await kubectl(["version", "-o", "json"]);
  if (reachable.code !== 0)
    throw new UsageError(`can't reach the cluster of context ${context}: ${reachable.stderr.trim()}`);
  return { kubectl, kubectlHint: `kubectl --context=${context}`, stop: async () => {} };
}
