import type { KubernetesObject } from "../resource.ts";
import type { Status } from "../transport/failure.ts";

export type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string; readonly endsInitialEvents: boolean }
  | { readonly type: "ERROR"; readonly status: Status };

/** A line of a watch that is no event: whatever it told is lost, so only a new list helps. */
export class MalformedEventError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "MalformedEventError";
  }
}

const initialEventsEnd = "k8s.io/initial-events-end";

/** @throws MalformedEventError, whose message never quotes the line: it could hold anything. */
export function parseWatchEvent<T extends KubernetesObject>(line: string): WatchEvent<T> {
  let parsed: { type?: unknown; object?: KubernetesObject };
  try {
    parsed = JSON.parse(line) as typeof parsed;
  } catch {
    throw new MalformedEventError(`a watch sent a line of ${line.length} characters that is no JSON`);
  }
  const { type, object } = parsed ?? {};
  if (typeof object !== "object" || object === null)
    throw new MalformedEventError("a watch sent an event without object");
  if (type === "ERROR") return { type, status: object };
  const { metadata } = object;
  const resourceVersion = metadata?.resourceVersion;
  if (!resourceVersion) throw new MalformedEventError("a watch sent an object without resourceVersion");
  switch (type) {
    case "BOOKMARK":
      return { type, resourceVersion, endsInitialEvents: metadata.annotations?.[initialEventsEnd] === "true" };
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      if (!metadata.name || !metadata.uid) throw new MalformedEventError("a watch sent an object without name or uid");
      return { type, object: object as T };
    default:
      throw new MalformedEventError("a watch sent an event of an unknown type");
  }
}
