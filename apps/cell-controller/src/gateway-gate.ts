import type { V1Deployment } from "@kubernetes/client-node";
import type { Cell } from "@multigres/api-types";
import { joinMessages, type PartHealth, registrationVerdicts } from "@multigres/status-kit";
import { needsPerson } from "@multigres/topology";
import { registeredCondition } from "./registered-condition.ts";
import type { Registration } from "./registration.ts";
import { gatewayDeployment } from "./resources/gateway-deployment.ts";
import { gatewayName } from "./resources/identity.ts";

/**
 * Whether the gateways' Deployment is written.
 *
 * - `create`: a gateway whose cell has no record exits again and again, so the first one waits.
 * - `move`: as long as nothing confirms the cell in another topology, gateways stay with the one that they have: the other one
 *   may be somebody else's.
 */
export type GatewayGate = { readonly open: true } | { readonly open: false; readonly waitsTo: "create" | "move" };

export function gatewayGate(cell: Cell, gateway: V1Deployment | undefined, registration: Registration): GatewayGate {
  if (!registration.wanted || registration.whole.state === "done") return { open: true };
  if (gateway === undefined) return { open: false, waitsTo: "create" };
  return topologyOf(gateway) === topologyOf(gatewayDeployment(cell))
    ? { open: true }
    : { open: false, waitsTo: "move" };
}

function topologyOf({ spec }: V1Deployment): string {
  const args = spec?.template.spec?.containers.flatMap((container) => container.args ?? []) ?? [];
  return args.filter((arg) => arg.startsWith("--topo-global-")).join(" ");
}

/** What the cell's registration means for the cell; undefined: nothing. What serves is available whatever the topology says. */
export function registrationHealth(cell: Cell, registration: Registration, gate: GatewayGate): PartHealth | undefined {
  if (!registration.wanted || registration.whole.state === "done") return undefined;
  const { whole } = registration;
  if (gate.open && !needsPerson(whole)) return undefined;
  const { reason, message: why } = registeredCondition(cell, registration);
  const message = joinMessages([gate.open ? undefined : waiting(cell, gate), why]);
  return {
    available: !gate.open && gate.waitsTo === "create" ? "False" : "True",
    progressing: true,
    reasons: { available: reason, progressing: reason },
    ...(needsPerson(whole) && { stalled: { reason: registrationVerdicts[whole.state].reason, message: why } }),
    message,
  };
}

function waiting(cell: Cell, { waitsTo }: Extract<GatewayGate, { open: false }>): string {
  const deployment = `Deployment ${gatewayName(cell)}`;
  return waitsTo === "create"
    ? `${deployment} is created once the cell is registered`
    : `${deployment} stays with the topology that it has until the cell is registered in the other one`;
}
