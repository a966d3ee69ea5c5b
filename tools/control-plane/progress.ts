/** "8 s" or "2 min 05 s". */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** Runs a long step with a line at its start, one every 15 s, and one at its end, each with the elapsed time. */
export async function withProgress<T>(
  title: string,
  log: (line: string) => void,
  work: () => Promise<T>,
  detail: () => Promise<string> = () => Promise.resolve(""),
): Promise<T> {
  const start = Date.now();
  const line = async () => {
    const extra = await detail().catch(() => "");
    log(`${title}: ${extra === "" ? "" : `${extra}, `}${elapsed(Date.now() - start)}`);
  };
  log(`${title} ...`);
  const timer = setInterval(() => void line(), 15_000);
  try {
    const result = await work();
    log(`${title}: done in ${elapsed(Date.now() - start)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
