import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Kubectl } from "../control-plane/index.ts";
import { repositoryRoot } from "../operator/manifests.ts";
import { UsageError } from "./options.ts";

export const exampleFile = join(repositoryRoot, "deploy/examples/example.yaml");

export interface Applied {
  readonly namespaces: readonly string[];
  /** `namespace/name` of every MultigresCluster. */
  readonly clusters: ReadonlySet<string>;
}

interface Document {
  kind?: string;
  metadata?: { name?: string; namespace?: string };
}

/** Applies the files, creating namespaces that they name and nobody has made yet. */
export async function applyManifests(kubectl: Kubectl, files: readonly string[]): Promise<Applied> {
  const documents = files.flatMap(readDocuments);
  const namespaces = [...new Set(documents.map((document) => document.metadata?.namespace ?? "default"))].sort();
  const clusters = new Set(
    documents
      .filter((document) => document.kind === "MultigresCluster")
      .map((document) => `${document.metadata?.namespace ?? "default"}/${document.metadata?.name ?? ""}`),
  );
  if (clusters.size === 0) throw new UsageError(`no MultigresCluster in ${files.join(", ")}`);
  for (const namespace of namespaces) {
    const created = await kubectl(["create", "namespace", namespace]);
    if (created.code !== 0 && !created.stderr.includes("AlreadyExists")) throw new Error(created.stderr);
  }
  const applied = await kubectl(["apply", "--server-side", ...files.flatMap((file) => ["-f", file])]);
  if (applied.code !== 0) throw new UsageError(`the API server refused the manifests:\n${applied.stderr.trim()}`);
  return { namespaces, clusters };
}

function readDocuments(file: string): Document[] {
  try {
    return parseAllDocuments(readFileSync(file, "utf8"))
      .map((document) => document.toJS() as Document | null)
      .filter((document): document is Document => document !== null);
  } catch (error) {
    throw new UsageError(`can't read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
