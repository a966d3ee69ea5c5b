/**
 * Joins messages for a condition: each once, at most `limit` characters (64 or more) in all. Where they don't fit, the long
 * ones are cut, so that each culprit is named; what would be left less than a fifth of the room is counted instead.
 */
export function joinMessages(parts: readonly (string | undefined)[], limit = 1024): string {
  const given = withoutInnerStops(
    [...new Set(parts)].filter((part): part is string => part !== undefined && part !== ""),
  );
  for (let count = given.length; count > 1; count--) {
    const joined = joinFirst(given, count, limit);
    if (joined !== undefined) return joined;
  }
  return joinFirst(given, 1, limit) ?? "";
}

/** Only the end of the whole has a full stop: `a.; b` reads badly. */
function withoutInnerStops(parts: readonly string[]): string[] {
  return parts.map((part, index) => (index < parts.length - 1 ? part.replace(/\.$/, "") : part));
}

function joinFirst(given: readonly string[], count: number, limit: number): string | undefined {
  const shown = given.slice(0, count);
  const rest = given.length - shown.length;
  const ending = rest > 0 ? `; and ${rest} more` : "";
  const room = limit - ending.length - 2 * (shown.length - 1);
  const length = fairLength(shown, room);
  const longest = Math.max(...shown.map((part) => part.length));
  if (count > 1 && length < Math.min(longest, Math.floor(limit / 5))) return undefined;
  return shown.map((part) => shortened(part, length)).join("; ") + ending;
}

/** The greatest length to cut parts to, so that they fit into `room`: what short ones leave is for the long ones. */
function fairLength(parts: readonly string[], room: number): number {
  const lengths = parts.map((part) => part.length).sort((a, b) => a - b);
  let left = room;
  for (const [index, length] of lengths.entries()) {
    const share = Math.floor(left / (lengths.length - index));
    if (length > share) return share;
    left -= length;
  }
  return room;
}

/** Never ends in half a character: the server would store another text than was sent. */
function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : text;
}
