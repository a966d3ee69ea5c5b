import {
  type CellSpec,
  formatQuantity,
  type MultiGateway,
  parseQuantity,
  type ResourceList,
} from "@multigres/api-types";
import { canonical } from "./canonical.ts";
import { defaults } from "./defaults.ts";
import { mergePatch } from "./merge-patch.ts";

/** A cell's gateways, with replicas and resources worked out; everything else as the user wrote it. */
export type ResolvedGateway = CellSpec["multiGateway"];

/**
 * Works out `static` or `dynamic`; neither is `dynamic` with one replica and multiplier 1.
 *
 * `static` values pass through untouched; without replicas there is one, without resources they are the base.
 * `dynamic` multiplies the base `defaults.gateway.resources` exactly, then rounds CPU up to 1m and memory to 1Mi.
 */
export function resolveGateway(multiGateway: MultiGateway | undefined): ResolvedGateway {
  const { static: fixed, dynamic, ...rest } = multiGateway ?? {};
  const base = defaults.gateway;
  const size = fixed
    ? { replicas: fixed.replicas ?? base.replicas, resources: fixed.resources ?? base.resources }
    : {
        replicas: dynamic?.replicasPerCell ?? base.replicas,
        resources: multiplied(dynamic?.resourceMultiplier ?? base.resourceMultiplier),
      };
  return canonical(mergePatch<ResolvedGateway>({ ...rest, replicas: 0 }, size));
}

/** The smallest step of each resource, in billionths of its unit. */
const steps = { cpu: 10n ** 6n, memory: (10n ** 9n) << 20n } as const;

function multiplied(multiplier: number): { requests: ResourceList; limits: ResourceList } {
  const { requests, limits } = defaults.gateway.resources;
  const scale = ({ cpu, memory }: { cpu: string; memory: string }): ResourceList => ({
    cpu: multiply(cpu, multiplier, steps.cpu),
    memory: multiply(memory, multiplier, steps.memory),
  });
  return { requests: scale(requests), limits: scale(limits) };
}

/** Calculates with the decimal number that the user wrote: in floating point 500m × 1.1 is more than 550m. */
function multiply(quantity: string, multiplier: number, step: bigint): string {
  const amount = parseQuantity(quantity) ?? 0n;
  const factor = decimal(multiplier);
  const divisor = factor.divisor * step;
  return formatQuantity(((amount * factor.digits + divisor - 1n) / divisor) * step);
}

function decimal(value: number): { digits: bigint; divisor: bigint } {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const power = Number(exponent) - fraction.length;
  return {
    digits: BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, power)),
    divisor: 10n ** BigInt(Math.max(0, -power)),
  };
}
