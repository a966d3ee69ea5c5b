import type { Component } from "@multigres/api-types";
import { applyDefaults } from "./apply-defaults.ts";
import { canonical } from "./canonical.ts";
import { defaults } from "./defaults.ts";

/** multiadmin or multiorch with everything that a builder needs. */
export type ResolvedComponent = Component & Required<Pick<Component, "replicas" | "resources">>;

/** multiadmin or multiorch: what the user says over `defaults.component`. */
export function resolveComponent(component: Component | undefined): ResolvedComponent {
  return canonical(applyDefaults(defaults.component, component ?? {}) as ResolvedComponent);
}
