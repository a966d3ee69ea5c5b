/** The parts of an object that tell what it is for. */
export interface Identified {
  metadata?: { labels?: Record<string, string> };
  spec?: { selector?: unknown };
}

/**
 * Tells of a live object without any controller whether it is the one that `desired` describes, left behind by an
 * orphaning delete: it has all labels of `desired` and, where the kind has one, the same selector.
 */
export function carriesIdentityOf(desired: Identified): (live: Identified) => boolean {
  const labels = Object.entries(desired.metadata?.labels ?? {});
  const selector = selectedLabels(desired);
  return (live) =>
    labels.length > 0 &&
    labels.every(([key, value]) => live.metadata?.labels?.[key] === value) &&
    sameEntries(selector, selectedLabels(live));
}

/** `spec.selector` of a workload or budget (`matchLabels`) or of a Service (the labels themselves). */
function selectedLabels({ spec }: Identified): Record<string, unknown> {
  const selector = spec?.selector;
  if (typeof selector !== "object" || selector === null) return {};
  const { matchLabels } = selector as { matchLabels?: Record<string, unknown> };
  return matchLabels ?? { ...selector };
}

function sameEntries(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
