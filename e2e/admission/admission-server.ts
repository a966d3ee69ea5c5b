import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { apiVersion, customResources, type MultigresCluster } from "@multigres/api-types";
import {
  type Access,
  type ApiRequest,
  apiRequest,
  type Kubectl,
  RequestError,
  runKubectl,
} from "@multigres/tools/control-plane";

/** What the API server answered to a write. */
export type Answer =
  | { readonly accepted: true; readonly object: StoredObject }
  | { readonly accepted: false; readonly message: string };

export interface StoredObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** An object to send: ours, or one that is wrong on purpose. */
export type Draft = Pick<MultigresCluster, "metadata"> & { readonly kind: string; readonly spec?: unknown };

/** How to reach such a server from another process. */
export interface AdmissionAccess {
  readonly admin: Access;
  readonly kubectl: Parameters<typeof runKubectl>[0];
}

/** An API server with our CRDs and policies, kube-controller-manager, and nothing else of ours. */
export interface AdmissionServer {
  /** Sends a request as admin; throws RequestError. */
  request(request: ApiRequest): Promise<unknown>;
  readonly kubectl: Kubectl;
  /** Asks whether `object` could be created; stores nothing. */
  check(object: Draft): Promise<Answer>;
  create(object: Draft): Promise<Answer>;
  /** Asks whether the stored object could become `object`; stores nothing. */
  checkChange(object: Draft): Promise<Answer>;
  /** Writes the status of a stored object as a controller would. */
  writeStatus(object: Draft, status: unknown): Promise<Answer>;
  read(object: Draft): Promise<StoredObject>;
  /** Asks whether the stored object could be deleted; deletes nothing. */
  checkRemoval(object: Draft): Promise<Answer>;
  remove(object: Draft): Promise<Answer>;
  /** A fresh namespace that no other test uses. */
  namespace(purpose: string): Promise<string>;
}

export const deployFolder = `${import.meta.dirname}/../../deploy`;

/** Runs kubectl and fails the test with its message when it fails. */
export async function kubectl(
  server: Pick<AdmissionServer, "kubectl">,
  args: readonly string[],
  stdin?: string,
): Promise<string> {
  const { code, stdout, stderr } = await server.kubectl(args, { stdin });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Why a write was refused; undefined when it was accepted. */
export function problem(answer: Answer): string | undefined {
  return answer.accepted ? undefined : answer.message;
}

/** The stored object of an accepted write; throws the message of a refused one. */
export function accepted(answer: Answer): StoredObject {
  if (!answer.accepted) throw new Error(answer.message);
  return answer.object;
}

export function admissionServer(access: AdmissionAccess): AdmissionServer {
  const request = (options: ApiRequest) => apiRequest(access.admin, options);
  const send = async (options: ApiRequest): Promise<Answer> => {
    try {
      return { accepted: true, object: (await request(options)) as StoredObject };
    } catch (error) {
      if (error instanceof RequestError) return { accepted: false, message: error.message };
      throw error;
    }
  };
  return {
    request,
    kubectl: (args, options) => runKubectl(access.kubectl, args, options),
    check: (object) => send({ method: "POST", path: `${collection(object)}?dryRun=All`, body: object }),
    create: (object) => send({ method: "POST", path: collection(object), body: object }),
    checkChange: async (object) => {
      const stored = (await request({ method: "GET", path: item(object) })) as StoredObject;
      const metadata = { ...object.metadata, resourceVersion: stored.metadata.resourceVersion };
      return send({ method: "PUT", path: `${item(object)}?dryRun=All`, body: { ...object, metadata } });
    },
    writeStatus: (object, status) =>
      send({
        method: "PATCH",
        path: `${item(object)}/status`,
        body: { status },
        contentType: "application/merge-patch+json",
      }),
    read: async (object) => (await request({ method: "GET", path: item(object) })) as StoredObject,
    checkRemoval: (object) => send({ method: "DELETE", path: `${item(object)}?dryRun=All` }),
    remove: (object) => send({ method: "DELETE", path: item(object) }),
    namespace: async (purpose) => {
      const name = `${purpose}-${randomBytes(4).toString("hex")}`;
      const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      await request({ method: "POST", path: "/api/v1/namespaces", body });
      return name;
    },
  };
}

function collection({ kind, metadata }: Draft): string {
  const plural = customResources.find((resource) => resource.kind === kind)?.plural;
  if (plural === undefined) throw new Error(`${kind} isn't one of our kinds`);
  return `/apis/${apiVersion}/namespaces/${metadata.namespace}/${plural}`;
}

function item(object: Draft): string {
  return `${collection(object)}/${object.metadata.name}`;
}

/** Repeats `check` until it holds; throws after a minute. */
export async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await sleep(100);
  }
}
