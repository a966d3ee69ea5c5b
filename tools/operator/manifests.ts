import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { Kubectl } from "../control-plane/index.ts";

export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), "../..");

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** How `deploy/` starts one controller: what the demo and the tests run as a plain process instead. */
export interface ControllerManifest {
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** V8 flags that the image's command line has before the program. */
  readonly nodeFlags: readonly string[];
  /** Plain values only; what the kubelet fills in (pod name, namespace) is the caller's. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Installation {
  /** Everything but the Deployments. */
  readonly manifests: readonly Manifest[];
  readonly controllers: readonly ControllerManifest[];
}

const rendering = new Map<string, Promise<Installation>>();

/** Renders a kustomize overlay of `deploy/` and splits off the controllers' Deployments. Once per process: it takes a second. */
export function renderInstallation(kubectl: Kubectl, overlay = "default"): Promise<Installation> {
  const found = rendering.get(overlay) ?? render(kubectl, overlay);
  rendering.set(overlay, found);
  found.catch(() => rendering.delete(overlay));
  return found;
}

async function render(kubectl: Kubectl, overlay: string): Promise<Installation> {
  const rendered = await kubectl(["kustomize", join(repositoryRoot, "deploy/overlays", overlay)]);
  if (rendered.code !== 0) throw new Error(`kubectl kustomize deploy/overlays/${overlay} failed: ${rendered.stderr}`);
  const all = parseAllDocuments(rendered.stdout)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest): manifest is Manifest => manifest !== null);
  return {
    manifests: all.filter((manifest) => manifest.kind !== "Deployment"),
    controllers: all.filter((manifest) => manifest.kind === "Deployment").map(controllerOf),
  };
}

interface DeploymentShape {
  metadata: { name: string; namespace?: string };
  spec: {
    template: {
      spec: {
        serviceAccountName: string;
        containers: { args?: string[]; env?: { name: string; value?: string }[] }[];
      };
    };
  };
}

function controllerOf(manifest: Manifest): ControllerManifest {
  const deployment = manifest as unknown as DeploymentShape;
  const { serviceAccountName, containers } = deployment.spec.template.spec;
  const container = containers[0];
  return {
    name: deployment.metadata.name,
    namespace: deployment.metadata.namespace ?? "default",
    serviceAccount: serviceAccountName,
    nodeFlags: (container?.args ?? []).filter((argument) => argument.startsWith("--")),
    env: Object.fromEntries(
      (container?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
  };
}
