import type { ConditionStatus } from "@multigres/api-types";
import {
  type ConditionDraft,
  conditionTypes,
  joinMessages,
  knownBefore,
  messages,
  type PartHealth,
  reasons,
  registrationVerdicts,
} from "@multigres/status-kit";
import type { TopologyStep } from "@multigres/topology";
import { names } from "@multigres/workload-kit";
import type { ResolvedCluster } from "../resolve.ts";
import type { Registration } from "./registration.ts";

type Failed = Extract<TopologyStep, { readonly message: string }>;

/** The condition `Registered`; none without databases. */
export function registeredCondition(
  { owner, databases, globalTopoServer, reference }: ResolvedCluster,
  registration: Registration,
  topologyAvailable: ConditionStatus,
): ConditionDraft | undefined {
  if (databases.length === 0) return undefined;
  const type = conditionTypes.registered;
  const steps = registration.databases.map(({ step }) => step);
  const failed = worst(steps);
  if (failed?.state === "unreachable" && globalTopoServer.managed && topologyAvailable !== "True") {
    const message = `Databases are registered once TopoServer ${names.globalTopoServer(reference.name)} is available`;
    return { type, status: "Unknown", reason: reasons.registering, message };
  }
  if (failed) {
    const alike = steps.flatMap((step) => (step.state === failed.state ? [step.message] : []));
    return { type, ...registrationVerdicts[failed.state], message: joinMessages(alike) };
  }
  const waiting = registration.databases.filter(({ step }) => step.state === "pending").map(({ name }) => name);
  if (waiting.length > 0) {
    const message = `Not registered in the topology yet: ${waiting.join(", ")}`;
    return knownBefore(owner, type) ?? { type, status: "Unknown", reason: reasons.registering, message };
  }
  if (steps.length === 0) return undefined;
  return { type, status: "True", reason: reasons.registered, message: messages.databasesRegistered };
}

/** What a person must mend comes before what may mend itself. */
export function worst(steps: readonly TopologyStep[]): Failed | undefined {
  const of = (state: Failed["state"]) => steps.find((step): step is Failed => step.state === state);
  return of("foreign") ?? of("refused") ?? of("unreachable");
}

/** As opposed to a server that doesn't answer, which may do so by itself. */
export function registrationNeedsPerson({ reason }: ConditionDraft): boolean {
  return reason === reasons.topologyConflict || reason === reasons.registrationRefused;
}

/** What `Registered` has to do with the cluster as a whole: it is no reason to call what serves unavailable. */
export function partOfRegistration(registered: ConditionDraft | undefined): PartHealth[] {
  if (registered === undefined || registered.status === "True") return [];
  const { reason, message } = registered;
  return [
    {
      available: "True",
      progressing: true,
      reasons: { available: reasons.allAvailable, progressing: reason },
      message,
      ...(registrationNeedsPerson(registered) ? { stalled: { reason, message } } : {}),
    },
  ];
}
