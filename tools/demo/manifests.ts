import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Kubectl } from "../control-plane/index.ts";
import { repositoryRoot } from "../operator/manifests.ts";
import { DemoError, ManifestError } from "./errors.ts";

export const exampleFile = join(repositoryRoot, "deploy/examples/example.yaml");

/** Files of Kubernetes objects, read. */
export interface Manifests {
  readonly files: readonly string[];
  /** Those that the objects name. */
  readonly namespaces: readonly string[];
}

interface Document {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly items?: readonly Document[];
}

/** Reads the files, so that a wrong path shows before anything is started. Throws ManifestError. */
export function readManifests(files: readonly string[]): Manifests {
  const documents = files.flatMap(documentsOf);
  if (!documents.some(({ kind }) => kind === "MultigresCluster")) {
    throw new ManifestError(`there is no MultigresCluster in ${files.join(", ")}`);
  }
  const namespaces = documents.flatMap(({ metadata }) => metadata?.namespace ?? []);
  return { files, namespaces: [...new Set(namespaces)].sort() };
}

/** Applies them, making namespaces that nobody has made yet; returns `namespace/name` of each MultigresCluster. */
export async function applyManifests(kubectl: Kubectl, { files, namespaces }: Manifests): Promise<ReadonlySet<string>> {
  for (const namespace of namespaces) {
    const created = await kubectl(["create", "namespace", namespace]);
    if (created.code !== 0 && !created.stderr.includes("AlreadyExists")) throw new DemoError(created.stderr.trim());
  }
  const applied = await kubectl(["apply", "--server-side", "-o", "json", ...files.flatMap((file) => ["-f", file])]);
  if (applied.code !== 0) throw new ManifestError(`the API server refuses the manifests:\n${applied.stderr.trim()}`);
  const clusters = flattened(JSON.parse(applied.stdout) as Document).filter(({ kind }) => kind === "MultigresCluster");
  return new Set(clusters.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`));
}

function documentsOf(file: string): Document[] {
  try {
    return parseAllDocuments(readFileSync(file, "utf8"))
      .map((document) => {
        const [error] = document.errors;
        if (error !== undefined) throw error;
        return document.toJS() as Document | null;
      })
      .flatMap((document) => (document === null ? [] : flattened(document)));
  } catch (error) {
    throw new ManifestError(`${file} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function flattened(document: Document): Document[] {
  return document.items === undefined ? [document] : [...document.items];
}
