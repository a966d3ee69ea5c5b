import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { ensureBinaries, type Kubectl, runKubectl, startControlPlane } from "../control-plane/index.ts";
import type { OperatorOptions } from "../operator/operator.ts";
import { DemoError } from "./errors.ts";

/** The cluster that the demo works on. */
export interface Target {
  readonly kubectl: Kubectl;
  /** How a person calls kubectl on it. */
  readonly kubectlHint: string;
  /** Where the controllers find topology servers. */
  readonly topology: NonNullable<OperatorOptions["topology"]>;
  /** What becomes of it at the end, in a sentence. */
  readonly farewell: string;
  stop(): Promise<void>;
}

export async function ownControlPlane(log: (text: string) => void): Promise<Target> {
  const plane = await startControlPlane({ log });
  return {
    kubectl: plane.kubectl,
    topology: "loopback",
    kubectlHint: `KUBECONFIG=${plane.kubeconfig} ${plane.binaries}/kubectl`,
    farewell: "Ctrl-C ends the control plane and removes everything.",
    stop: () => plane.stop(),
  };
}

/** An existing cluster through the user's own kubeconfig; its current context isn't changed. Throws DemoError. */
export async function existingCluster(context: string, log: (text: string) => void): Promise<Target> {
  const path = kubectlOnPath() ?? `${await ensureBinaries({ log })}/kubectl`;
  // Plug-ins that fetch credentials read settings of their own.
  const env = process.env;
  const program = { path, kubeconfig: env["KUBECONFIG"] ?? "", home: homedir(), env };
  const kubectl: Kubectl = (args, options) => runKubectl(program, [`--context=${context}`, ...args], options);
  const reachable = await kubectl(["version", "--request-timeout=20s"]);
  if (reachable.code !== 0) {
    throw new DemoError(`the cluster of context ${context} can't be reached: ${reachable.stderr.trim()}`);
  }
  return {
    kubectl,
    topology: "cluster",
    kubectlHint: `kubectl --context=${context}`,
    farewell: "Ctrl-C ends the controllers; what was applied stays in the cluster.",
    stop: async () => {},
  };
}

function kubectlOnPath(): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "kubectl"))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
