import { decodeMessage } from "./codec.ts";
import { componentSchema, type IdMessage } from "./messages.ts";

/** Multigres' `ID` of a component that registered itself. */
export interface ComponentId {
  readonly component: "multipooler" | "multigateway" | "multiorch" | "unknown";
  readonly cell: string;
  /** The component's `--service-id`. */
  readonly name: string;
}

const components = ["unknown", "multipooler", "multigateway", "multiorch"] as const;

export function readId(message: IdMessage | undefined): ComponentId {
  const { component = 0, cell = "", name = "" } = message ?? {};
  return { component: components[component] ?? "unknown", cell, name };
}

/** Whose record a pooler's, gateway's or orchestrator's is. Throws MalformedRecordError. */
export function decodeComponentId(key: string, bytes: Uint8Array): ComponentId {
  return readId(decodeMessage(componentSchema, key, bytes).id);
}
