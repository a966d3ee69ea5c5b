import { stringify } from "yaml";
import type { Kubectl } from "../control-plane/index.ts";
import type { Manifest } from "./manifests.ts";

/** Applies CRDs, policies, ServiceAccounts and Roles, and waits until the API server serves the CRDs. */
export async function install(kubectl: Kubectl, manifests: readonly Manifest[]): Promise<void> {
  await mustApply(kubectl, manifests);
  const crds = manifests.filter((manifest) => manifest.kind === "CustomResourceDefinition");
  const waited = await kubectl([
    "wait",
    "--for=condition=Established",
    "--timeout=60s",
    ...crds.map((crd) => `crd/${crd.metadata.name}`),
  ]);
  if (waited.code !== 0) throw new Error(`the CRDs were not established: ${waited.stderr}`);
}

async function mustApply(kubectl: Kubectl, manifests: readonly Manifest[]): Promise<void> {
  const stdin = manifests.map((manifest) => stringify(manifest)).join("---\n");
  const applied = await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], { stdin });
  if (applied.code !== 0) throw new Error(`kubectl apply failed: ${applied.stderr}`);
}
