import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, RequestError } from "../control-plane/index.ts";
import type { ClusterManifest, TemplateManifest } from "./manifests.ts";

/** The API server won't have it. */
export class RefusedEditError extends Error {
  override readonly name = "RefusedEditError";
}

const plurals = { MultigresCluster: "multigresclusters", ShardTemplate: "shardtemplates" } as const;
const patienceMs = 120_000;

/** Server-side apply as a GitOps tool does it: again and again while the API server doesn't answer. Throws RefusedEditError. */
export async function apply(
  plane: Pick<ControlPlane, "request">,
  manifest: ClusterManifest | TemplateManifest,
): Promise<void> {
  const { namespace, name } = manifest.metadata;
  const path = `/apis/multigres.com/v1alpha1/namespaces/${namespace}/${plurals[manifest.kind]}/${name}`;
  await repeated(() =>
    plane.request({
      method: "PATCH",
      path: `${path}?fieldManager=chaos&force=true&fieldValidation=Strict`,
      body: manifest,
      contentType: "application/apply-patch+yaml",
    }),
  );
}

/** Repeats a request until the server answers; what it refuses isn't repeated. */
export async function repeated<T>(request: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0;
      if (status >= 400 && status < 500 && status !== 429 && status !== 409) {
        throw new RefusedEditError((error as Error).message, { cause: error });
      }
      if (performance.now() > deadline) throw error;
      await sleep(500);
    }
  }
}
