import type { Quantity } from "./schema/common.ts";

/**
 * Kubernetes quantities, calculated exactly. An amount is a bigint in billionths (nano) of the unit, the finest
 * fraction that Kubernetes knows: a byte is 10^9, a CPU is 10^9.
 */

const one = 10n ** 9n;

/** The API server cuts what is more down to this. */
const most = ((1n << 63n) - 1n) * one;

/** Largest first, so that formatting finds the shortest spelling. */
const binarySuffixes: readonly (readonly [string, bigint])[] = [
  ["Ei", one << 60n],
  ["Pi", one << 50n],
  ["Ti", one << 40n],
  ["Gi", one << 30n],
  ["Mi", one << 20n],
  ["Ki", one << 10n],
];

const decimalSuffixes: readonly (readonly [string, bigint])[] = [
  ["E", 10n ** 27n],
  ["P", 10n ** 24n],
  ["T", 10n ** 21n],
  ["G", 10n ** 18n],
  ["M", 10n ** 15n],
  ["k", 10n ** 12n],
  ["", one],
  ["m", 10n ** 6n],
  ["u", 10n ** 3n],
  ["n", 1n],
];

const suffixes = new Map([...binarySuffixes, ...decimalSuffixes]);

const pattern = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,4})|([numkMGTPE]|[KMGTPE]i)?)$/;

/**
 * Amount of a quantity in billionths, rounded away from zero as the API server does, and at most 2^63 - 1 units;
 * undefined if it isn't one.
 * Takes all suffixes (`n` to `E`, `Ki` to `Ei`), exponents (`1e3`), and plain numbers.
 */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const match = pattern.exec(String(value));
  if (!match) return undefined;
  const [, sign, digits = "", exponent = "0", suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  const power = Number(exponent) - fraction.length;
  const multiplier = (suffixes.get(suffix) ?? one) * 10n ** BigInt(Math.max(0, power));
  const exact = divideUp(BigInt(whole + fraction) * multiplier, 10n ** BigInt(Math.max(0, -power)));
  const amount = exact > most ? most : exact;
  return sign === "-" ? -amount : amount;
}

/**
 * The one spelling of an amount in billionths: whole number and suffix, binary or decimal, whichever needs fewer
 * digits. `1024Mi` and `1073741824` both become `1Gi`, `0.5` becomes `500m`, `1000m` becomes `1`.
 */
export function formatQuantity(amount: bigint): string {
  if (amount < 0n) return `-${formatQuantity(-amount)}`;
  if (amount === 0n) return "0";
  const decimal = spell(amount, decimalSuffixes) ?? { digits: String(amount), suffix: "n" };
  const binary = spell(amount, binarySuffixes);
  const shorter = binary && binary.digits.length < decimal.digits.length ? binary : decimal;
  return shorter.digits + shorter.suffix;
}

/**
 * Negative, zero or positive as `a` is less than, equal to or more than `b`, whatever their spelling.
 * @throws RangeError when one of them isn't a quantity.
 */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const left = mustParse(a);
  const right = mustParse(b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Whether both are quantities and mean one amount: `1Gi` and `1024Mi`, `0.5` and `500m`. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const amount = parseQuantity(a);
  return amount !== undefined && amount === parseQuantity(b);
}

function mustParse(value: Quantity): bigint {
  const amount = parseQuantity(value);
  if (amount === undefined) throw new RangeError(`${JSON.stringify(value)} isn't a Kubernetes quantity`);
  return amount;
}

function spell(
  amount: bigint,
  candidates: readonly (readonly [string, bigint])[],
): { digits: string; suffix: string } | undefined {
  const found = candidates.find(([, size]) => amount % size === 0n);
  return found && { digits: String(amount / found[1]), suffix: found[0] };
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
