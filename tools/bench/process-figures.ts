/** Memory of a process in MiB, as Linux tells it in /proc/<pid>/status. */
export interface MemoryFigures {
  /** Pages of no file: what a process adds to a node that runs the same program already. */
  readonly anonymous: number;
  readonly resident: number;
  /** The most that ever was resident. */
  readonly peakResident: number;
}

/** The text of /proc/<pid>/status; undefined when it isn't a live process's. */
export function parseMemory(status: string): MemoryFigures | undefined {
  const anonymous = mebibytes(status, "RssAnon");
  const resident = mebibytes(status, "VmRSS");
  const peakResident = mebibytes(status, "VmHWM");
  if (anonymous === undefined || resident === undefined || peakResident === undefined) return undefined;
  return { anonymous, resident, peakResident };
}

function mebibytes(status: string, field: string): number | undefined {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
}

/** Clock ticks per second: what Linux shows to programs, whatever the kernel's own. */
const ticksPerSecond = 100;

/** CPU seconds, user and system, from the text of /proc/<pid>/stat. The name in it may hold anything but is in parentheses. */
export function parseCpuSeconds(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isNaN(ticks) ? undefined : ticks / ticksPerSecond;
}

/** CPU seconds of the whole machine, idle and waiting time aside, from the text of /proc/stat. */
export function parseBusySeconds(stat: string): number | undefined {
  const [user, nice, system, , , irq, softirq, steal] = (/^cpu +(.+)$/m.exec(stat)?.[1] ?? "").split(" ").map(Number);
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>((sum, each) => sum + (each ?? Number.NaN), 0);
  return Number.isNaN(ticks) ? undefined : ticks / ticksPerSecond;
}
