const suffixes: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 10n ** 3n,
  m: 10n ** 6n,
  "": 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: (10n ** 9n) << 10n,
  Mi: (10n ** 9n) << 20n,
  Gi: (10n ** 9n) << 30n,
  Ti: (10n ** 9n) << 40n,
  Pi: (10n ** 9n) << 50n,
  Ei: (10n ** 9n) << 60n,
};

const pattern = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/** A Kubernetes quantity in billionths, rounded away from zero as the API server does; nothing if it isn't one. */
export function quantityInNano(value: unknown): bigint | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const match = pattern.exec(String(value));
  if (!match) return undefined;
  const [, sign, digits = "", exponent, suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  const power = Number(exponent?.slice(1) ?? 0) - fraction.length;
  const scale = (suffixes[suffix] ?? 1n) * 10n ** BigInt(Math.max(0, power));
  const divisor = 10n ** BigInt(Math.max(0, -power));
  const magnitude = (BigInt(`${whole}${fraction}`) * scale + divisor - 1n) / divisor;
  return sign === "-" ? -magnitude : magnitude;
}

/** Whether two spellings mean one amount: `1Gi` and `1024Mi`, `0.5` and `500m`. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const left = quantityInNano(a);
  return left !== undefined && left === quantityInNano(b);
}
