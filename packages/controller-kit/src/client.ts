import type { KubernetesObject, ResourceKind } from "./resource.ts";

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** For the whole call with its repetitions. Default 30 s. */
  readonly timeoutMs?: number;
}

export interface ListOptions extends RequestOptions {
  /** Unset: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** `0`: whatever the server's cache has, which is cheap and may be old. Unset: the latest. */
  readonly resourceVersion?: string;
}

export interface DeleteOptions extends RequestOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

export interface Name {
  readonly namespace: string;
  readonly name: string;
}

/** Typed verbs over any kind. Every failure is an `ApiError` (errors.ts) with the server's reason and message. */
export interface ApiClient {
  get<T extends KubernetesObject>(kind: ResourceKind<T>, name: Name, options?: RequestOptions): Promise<T>;
  list<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    options?: ListOptions,
  ): Promise<{ items: T[]; resourceVersion: string }>;
  create<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, options?: RequestOptions): Promise<T>;
  /** PUT; `metadata.resourceVersion` guards against overwriting somebody's newer write. */
  replace<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, options?: RequestOptions): Promise<T>;
  /** Server-side apply with force. */
  apply<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    object: T,
    fieldManager: string,
    options?: RequestOptions,
  ): Promise<T>;
  applyStatus<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    object: T,
    fieldManager: string,
    options?: RequestOptions,
  ): Promise<T>;
  mergePatch<T extends KubernetesObject>(
    kind: ResourceKind<T>,
    name: Name,
    patch: unknown,
    options?: RequestOptions,
  ): Promise<T>;
  delete(kind: ResourceKind, name: Name, options?: DeleteOptions): Promise<void>;
}
