import type { ApiClient, DeleteOptions, ListOptions, Name, RequestOptions } from "../client.ts";
import type { KubernetesObject, ResourceKind } from "../resource.ts";
import type { Transport, TransportRequest } from "../transport/transport.ts";
import { apiVersionOf, type ResourceAddress, resourcePath } from "./resource-path.ts";

/** JSON is YAML, and server-side apply has no JSON content type in every supported server. */
const applyType = "application/apply-patch+yaml";
const mergeType = "application/merge-patch+json";

interface Call {
  readonly method: TransportRequest["method"];
  readonly verb: string;
  readonly kind: ResourceKind;
  readonly address: ResourceAddress;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly idempotent: boolean;
  readonly options: RequestOptions | undefined;
}

/** Typed verbs over a transport. Holds no state. */
export function createApiClient(transport: Transport): ApiClient {
  async function call<T>(call: Call): Promise<T> {
    const { signal, timeoutMs } = call.options ?? {};
    return (await transport.request({
      method: call.method,
      verb: call.verb,
      path: resourcePath(call.kind, call.address),
      idempotent: call.idempotent,
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(call.contentType && { contentType: call.contentType }),
      ...(signal && { signal }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    })) as T;
  }

  async function apply<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    object: T,
    fieldManager: string,
    options: RequestOptions | undefined,
    subresource?: "status",
  ): Promise<T> {
    return call<T>({
      method: "PATCH",
      verb: "apply",
      kind,
      address: { ...addressOf(object), ...(subresource && { subresource }), query: { fieldManager, force: "true" } },
      body: object,
      contentType: applyType,
      idempotent: true,
      options,
    });
  }

  return {
    get: (kind, name, options) => call({ method: "GET", verb: "get", kind, address: name, idempotent: true, options }),

    async list<T extends KubernetesObject>(kind: ResourceKind<T>, options: ListOptions = {}) {
      const { namespace, labelSelector, fieldSelector, resourceVersion } = options;
      const list = await call<{ items?: T[] | null; metadata?: { resourceVersion?: string } }>({
        method: "GET",
        verb: "list",
        kind,
        address: { ...(namespace && { namespace }), query: { labelSelector, fieldSelector, resourceVersion } },
        idempotent: true,
        options,
      });
      // Items of a list don't say what they are.
      const apiVersion = apiVersionOf(kind);
      const items = (list.items ?? []).map((item) => ({ apiVersion, kind: kind.kind, ...item }));
      return { items, resourceVersion: list.metadata?.resourceVersion ?? "" };
    },

    create: async (kind, object, options) =>
      call({
        method: "POST",
        verb: "create",
        kind,
        address: collectionOf(object),
        body: object,
        idempotent: false,
        options,
      }),

    replace: async (kind, object, options) =>
      call({
        method: "PUT",
        verb: "update",
        kind,
        address: addressOf(object),
        body: object,
        // Without a resourceVersion a repetition could undo what somebody wrote in between.
        idempotent: Boolean(object.metadata?.resourceVersion),
        options,
      }),

    apply: (kind, object, fieldManager, options) => apply(kind, object, fieldManager, options),

    applyStatus: (kind, object, fieldManager, options) => apply(kind, object, fieldManager, options, "status"),

    mergePatch: <T extends KubernetesObject>(
      kind: ResourceKind<T>,
      name: Name,
      patch: unknown,
      options?: RequestOptions,
    ) =>
      call<T>({
        method: "PATCH",
        verb: "patch",
        kind,
        address: name,
        body: patch,
        contentType: mergeType,
        idempotent: true,
        options,
      }),

    async delete(kind: ResourceKind, name: Name, options: DeleteOptions = {}) {
      const { uid, resourceVersion, propagationPolicy } = options;
      const preconditions = uid || resourceVersion ? { uid, resourceVersion } : undefined;
      await call({
        method: "DELETE",
        verb: "delete",
        kind,
        address: name,
        body: { apiVersion: "v1", kind: "DeleteOptions", preconditions, propagationPolicy },
        // Without the uid a repetition could hit a successor of the same name.
        idempotent: Boolean(uid),
        options,
      });
    },
  };
}

function collectionOf(object: KubernetesObject): ResourceAddress {
  const namespace = object.metadata?.namespace;
  return namespace ? { namespace } : {};
}

function addressOf(object: KubernetesObject): ResourceAddress {
  const name = object.metadata?.name;
  if (!name) throw new TypeError(`a ${object.kind ?? "object"} without a name can't be written`);
  return { ...collectionOf(object), name };
}
