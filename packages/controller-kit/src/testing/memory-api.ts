import type { ApiClient, DeleteOptions, Name, RequestOptions } from "../client.ts";
import { ApiError } from "../errors.ts";
import type { ManagedFields } from "../field-managers.ts";
import { type Key, type KubernetesObject, keyOf, type ResourceKind } from "../resource.ts";
import { isFields, matches } from "../subset.ts";

type Verb = keyof ApiClient;
type Fields = Record<string, unknown>;

export interface RecordedCall {
  readonly verb: Verb;
  readonly kind: string;
  readonly name: string;
  readonly object?: KubernetesObject;
}

/** Told of each change, as a watch would be. */
export type MemoryListener = (
  kind: string,
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
) => void;

/**
 * An `ApiClient` over a map, for tests of what the kit sends: versions, generations, UIDs and preconditions are kept as
 * the API server does; apply merges and never takes a field away; there are no subresource rules and no validation.
 */
export class MemoryApi implements ApiClient {
  readonly calls: RecordedCall[] = [];
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #failures: { readonly verb: Verb; readonly name: string; readonly error: ApiError; times: number }[] = [];
  readonly #manager: string;
  readonly #listeners: MemoryListener[] = [];
  #version = 0;

  /** @param manager who plain writes are recorded as, as the user agent decides it in reality */
  constructor(manager = "test") {
    this.#manager = manager;
  }

  /** Calls that changed or tried to change something, as `verb kind name`. */
  get writes(): string[] {
    return this.calls
      .filter(({ verb }) => verb !== "get" && verb !== "list")
      .map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);
  }

  /** Makes the next `times` calls of a verb on an object of that name fail. */
  failNext(verb: Verb, name: string, error: ApiError, times = 1): void {
    this.#failures.push({ verb, name, error, times });
  }

  peek<T extends KubernetesObject>(kind: ResourceKind<T>, key: Key): T | undefined {
    const found = this.#objects.get(`${kind.kind} ${key}`) as T | undefined;
    return found && structuredClone(found);
  }

  /** What somebody else does, under the manager's name: not among `calls`. */
  edit<T extends KubernetesObject>(kind: ResourceKind<T>, key: Key, manager: string, change: (object: T) => void): T {
    const object = this.peek(kind, key);
    if (object === undefined) throw notFound(kind, key);
    change(object);
    return this.#store(kind, object, manager, "Update");
  }

  /** Something made by somebody else. */
  seed<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, manager = "somebody"): T {
    return this.#store(kind, structuredClone(object), manager, "Update");
  }

  remove(kind: ResourceKind, key: Key): void {
    const before = this.peek(kind, key);
    this.#objects.delete(`${kind.kind} ${key}`);
    for (const listener of this.#listeners) listener(kind.kind, before, undefined);
  }

  onChange(listener: MemoryListener): void {
    this.#listeners.push(listener);
  }

  all(kind: string): KubernetesObject[] {
    return structuredClone([...this.#objects].filter(([id]) => id.startsWith(`${kind} `)).map(([, object]) => object));
  }

  async get<T extends KubernetesObject>(kind: ResourceKind<T>, name: Name): Promise<T> {
    this.#record("get", kind, name.name);
    return this.#need(kind, `${name.namespace}/${name.name}`);
  }

  async list<T extends KubernetesObject>(kind: ResourceKind<T>): Promise<{ items: T[]; resourceVersion: string }> {
    this.#record("list", kind, "");
    return { items: this.all(kind.kind) as T[], resourceVersion: String(this.#version) };
  }

  async create<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, _options?: RequestOptions): Promise<T> {
    this.#record("create", kind, object.metadata?.name ?? "", object);
    if (this.peek(kind, keyOf(object)) !== undefined) {
      const message = `${kind.plural} "${object.metadata?.name}" already exists`;
      throw new ApiError({ code: 409, reason: "AlreadyExists", message });
    }
    return this.#store(kind, structuredClone(object), this.#manager, "Update");
  }

  async replace<T extends KubernetesObject>(kind: ResourceKind<T>, object: T): Promise<T> {
    this.#record("replace", kind, object.metadata?.name ?? "", object);
    const live = this.#need(kind, keyOf(object));
    this.#check(live, object.metadata ?? {});
    const { status } = live as Fields;
    return this.#store(
      kind,
      { ...structuredClone(object), ...(status !== undefined && { status }) },
      this.#manager,
      "Update",
    );
  }

  async apply<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, fieldManager: string): Promise<T> {
    this.#record("apply", kind, object.metadata?.name ?? "", object);
    const live = this.peek(kind, keyOf(object));
    this.#check(live ?? {}, object.metadata ?? {});
    return this.#store(
      kind,
      merge(live ?? {}, JSON.parse(JSON.stringify(object)) as Fields) as T,
      fieldManager,
      "Apply",
    );
  }

  async applyStatus<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, fieldManager: string): Promise<T> {
    this.#record("applyStatus", kind, object.metadata?.name ?? "", object);
    const live = this.#need(kind, keyOf(object));
    this.#check(live, object.metadata ?? {});
    const { status } = structuredClone(object) as Fields;
    return this.#store(kind, { ...live, status }, fieldManager, "Apply");
  }

  async mergePatch<T extends KubernetesObject>(kind: ResourceKind<T>, name: Name, patch: unknown): Promise<T> {
    this.#record("mergePatch", kind, name.name, patch as KubernetesObject);
    const live = this.#need(kind, `${name.namespace}/${name.name}`);
    this.#check(live, (patch as KubernetesObject).metadata ?? {});
    return this.#store(kind, mergeJson(live, patch) as T, this.#manager, "Update");
  }

  async delete(kind: ResourceKind, name: Name, options: DeleteOptions = {}): Promise<void> {
    this.#record("delete", kind, name.name);
    const key: Key = `${name.namespace}/${name.name}`;
    this.#check(this.#need(kind, key), options);
    this.remove(kind, key);
  }

  #record(verb: Verb, kind: ResourceKind, name: string, object?: KubernetesObject): void {
    this.calls.push({ verb, kind: kind.kind, name, ...(object && { object: structuredClone(object) }) });
    const failure = this.#failures.find((one) => one.verb === verb && one.name === name && one.times > 0);
    if (failure === undefined) return;
    failure.times -= 1;
    throw failure.error;
  }

  #need<T extends KubernetesObject>(kind: ResourceKind<T>, key: Key): T {
    const found = this.peek(kind, key);
    if (found === undefined) throw notFound(kind, key);
    return found;
  }

  #check(live: KubernetesObject, given: { uid?: string; resourceVersion?: string }): void {
    const stale = given.resourceVersion !== undefined && given.resourceVersion !== live.metadata?.resourceVersion;
    if (stale || (given.uid !== undefined && given.uid !== live.metadata?.uid)) {
      throw new ApiError({ code: 409, reason: "Conflict", message: "the object has been modified" });
    }
  }

  #store<T extends KubernetesObject>(kind: ResourceKind<T>, object: T, manager: string, operation: string): T {
    const id = `${kind.kind} ${keyOf(object)}`;
    const before = this.#objects.get(id);
    const { uid, generation, creationTimestamp } = before?.metadata ?? {};
    const given = managed(object);
    const after = JSON.parse(JSON.stringify(object)) as T;
    const same = before !== undefined && matches(withoutServerFields(before), withoutServerFields(after), "exact");
    const recorded = given.length > 0 ? given : managed(before ?? {});
    if (same && matches(recorded, managed(before), "exact")) return structuredClone(before) as T;
    this.#version += 1;
    const time = String(this.#version).padStart(8, "0");
    const entry: ManagedFields = { manager, operation, time, fieldsV1: fieldsOf(after) };
    const others = recorded.filter((one) => one.manager !== manager || one.operation !== operation);
    const specChanged = before === undefined || !matches(specOf(before), specOf(after), "exact");
    const managedFields = same ? recorded : [...others, entry];
    after.metadata = {
      ...after.metadata,
      uid: uid ?? `uid-${this.#version}`,
      resourceVersion: String(this.#version),
      generation: (generation ?? 0) + (specChanged ? 1 : 0),
      creationTimestamp: creationTimestamp ?? "2026-01-01T00:00:00Z",
    };
    Object.assign(after.metadata, { managedFields });
    this.#objects.set(id, after);
    for (const listener of this.#listeners) listener(kind.kind, structuredClone(before), structuredClone(after));
    return structuredClone(after);
  }
}

function withoutServerFields(object: KubernetesObject): KubernetesObject {
  const { uid: _u, resourceVersion: _r, generation: _g, creationTimestamp: _c, ...metadata } = object.metadata ?? {};
  return { ...object, metadata: Object.assign(metadata, { managedFields: undefined }) };
}

function managed(object: KubernetesObject): ManagedFields[] {
  return ((object.metadata ?? {}) as { managedFields?: ManagedFields[] }).managedFields ?? [];
}

function specOf(object: KubernetesObject): Fields {
  const { metadata: _m, status: _s, ...rest } = object as Fields;
  return rest;
}

function fieldsOf(value: unknown): object {
  if (!isFields(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [`f:${name}`, fieldsOf(inner)]));
}

/** As apply merges: objects recurse, lists of named objects merge by name, everything else is replaced. */
function merge(live: unknown, applied: unknown): unknown {
  if (isFields(live) && isFields(applied)) {
    const merged: Fields = { ...live };
    for (const [name, value] of Object.entries(applied)) merged[name] = merge(live[name], value);
    return merged;
  }
  if (
    Array.isArray(live) &&
    Array.isArray(applied) &&
    [...live, ...applied].every((one) => isFields(one) && "name" in one)
  ) {
    const named = (list: unknown[]) => new Map((list as Fields[]).map((one) => [one["name"], one]));
    const wanted = named(applied);
    const kept = (live as Fields[]).map((one) => merge(one, wanted.get(one["name"]) ?? one));
    return [...kept, ...[...wanted.values()].filter((one) => !named(live).has(one["name"]))];
  }
  return applied;
}

function mergeJson(live: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Fields = isFields(live) ? { ...live } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergeJson(merged[name], value);
  }
  return merged;
}

function notFound(kind: ResourceKind, key: Key): ApiError {
  return new ApiError({ code: 404, reason: "NotFound", message: `${kind.plural} "${key}" not found` });
}
