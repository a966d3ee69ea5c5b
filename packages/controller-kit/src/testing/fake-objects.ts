import { randomUUID } from "node:crypto";
import type { KubernetesObject } from "../resource.ts";

export interface FakeObject extends KubernetesObject {
  metadata: NonNullable<KubernetesObject["metadata"]> & { name: string; uid: string; resourceVersion: string };
  [field: string]: unknown;
}

export interface FakeEvent {
  readonly resource: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: FakeObject;
  readonly version: number;
}

/** An error with the code and reason of a Status. */
export class FakeRefusal extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/**
 * Objects by resource (`apps/v1/deployments`), namespace and name, with resource versions, uids and a history for
 * watches. No schemas, no admission, and apply is a merge: enough to test a client, not a controller's manifests.
 */
export class FakeObjects {
  readonly #objects = new Map<string, FakeObject>();
  readonly #listeners = new Set<(event: FakeEvent) => void>();
  #history: FakeEvent[] = [];
  #version = 1000;
  #compactedAt = 0;

  get version(): number {
    return this.#version;
  }

  onEvent(listener: (event: FakeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets the history: watches from older versions get 410. */
  compact(): void {
    this.#compactedAt = this.#version;
    this.#history = [];
  }

  /** @throws FakeRefusal 410 */
  since(version: number): readonly FakeEvent[] {
    if (version < this.#compactedAt) {
      throw new FakeRefusal(410, "Expired", `too old resource version: ${version} (${this.#compactedAt})`);
    }
    return this.#history.filter((event) => event.version > version);
  }

  list(resource: string, namespace?: string): FakeObject[] {
    const prefix = namespace ? `${resource}|${namespace}|` : `${resource}|`;
    return [...this.#objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object);
  }

  get(resource: string, namespace: string, name: string): FakeObject {
    const object = this.#objects.get(`${resource}|${namespace}|${name}`);
    if (!object) throw new FakeRefusal(404, "NotFound", `${resource} "${name}" not found`);
    return object;
  }

  create(resource: string, namespace: string, object: KubernetesObject): FakeObject {
    const name = object.metadata?.name ?? "";
    if (this.#objects.has(`${resource}|${namespace}|${name}`)) {
      throw new FakeRefusal(409, "AlreadyExists", `${resource} "${name}" already exists`);
    }
    const metadata = { ...object.metadata, name, namespace, uid: randomUUID(), generation: 1 };
    return this.#store(resource, "ADDED", { ...object, metadata } as FakeObject);
  }

  replace(resource: string, namespace: string, object: KubernetesObject): FakeObject {
    const old = this.get(resource, namespace, object.metadata?.name ?? "");
    const wanted = object.metadata?.resourceVersion;
    if (wanted && wanted !== old.metadata.resourceVersion) {
      throw new FakeRefusal(409, "Conflict", "the object has been modified");
    }
    const metadata = { ...object.metadata, namespace, uid: old.metadata.uid };
    return this.#store(resource, "MODIFIED", { ...object, metadata } as FakeObject);
  }

  /** Merge patch; creates what is absent when `mayCreate`, as apply does. */
  merge(resource: string, namespace: string, name: string, patch: KubernetesObject, mayCreate: boolean): FakeObject {
    if (mayCreate && !this.#objects.has(`${resource}|${namespace}|${name}`)) {
      return this.create(resource, namespace, patch);
    }
    const old = this.get(resource, namespace, name);
    return this.#store(resource, "MODIFIED", mergePatch(old, patch) as FakeObject);
  }

  delete(resource: string, namespace: string, name: string, uid?: string): FakeObject {
    const object = this.get(resource, namespace, name);
    if (uid && uid !== object.metadata.uid) throw new FakeRefusal(409, "Conflict", "the uid is another one");
    this.#objects.delete(`${resource}|${namespace}|${name}`);
    return this.#tell(resource, "DELETED", object);
  }

  #store(resource: string, type: "ADDED" | "MODIFIED", object: FakeObject): FakeObject {
    const stored = this.#tell(resource, type, object);
    this.#objects.set(`${resource}|${stored.metadata.namespace ?? ""}|${stored.metadata.name}`, stored);
    return stored;
  }

  #tell(resource: string, type: FakeEvent["type"], object: FakeObject): FakeObject {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    const event = { resource, type, object: stored, version: this.#version };
    this.#history.push(event);
    for (const listener of this.#listeners) listener(event);
    return stored;
  }
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
