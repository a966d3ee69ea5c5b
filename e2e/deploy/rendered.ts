import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureBinaries } from "@multigres/tools/control-plane";
import { parseAllDocuments } from "yaml";

export const deployFolder = join(import.meta.dirname, "../../deploy");

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes?: readonly unknown[];
  readonly hostNetwork?: boolean;
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: unknown;
  readonly [probe: string]: unknown;
}

/** What these tests read of a manifest; which parts are there depends on its kind. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly rules: readonly Rule[];
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly template: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: PodSpec };
  };
}

/** Renders a folder of `deploy/` as `kubectl apply -k` would. */
export async function render(folder: string): Promise<readonly Manifest[]> {
  const kubectl = join(await ensureBinaries(), "kubectl");
  const { stdout } = await promisify(execFile)(kubectl, ["kustomize", join(deployFolder, folder)], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/** The one manifest of that kind and name. */
export function only(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} manifests are ${kind} ${name}`);
  return found[0] as Manifest;
}

/** The rules that are bound to a ServiceAccount, cluster-wide or in its own namespace. */
export function rulesOf(manifests: readonly Manifest[], serviceAccount: string): readonly Rule[] {
  return manifests
    .filter(({ kind, subjects }) => kind.endsWith("Binding") && subjects?.some(({ name }) => name === serviceAccount))
    .flatMap(({ roleRef }) => only(manifests, roleRef.kind, roleRef.name).rules);
}

/** Every `group/resource verb` that rules allow. */
export function permissions(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${group === "" ? "core" : group}/${resource} ${verb}`)),
    ),
  );
}
