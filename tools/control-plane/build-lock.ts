import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while no other process that uses the same lock file does. `waiting` is called every 15 s with the holder's pid.
 * The lock of a process that died is taken over. In the instant of such a takeover two holders are possible, so what
 * happens under the lock must also be right without it; the lock only saves the double work.
 */
export async function withLock<T>(file: string, waiting: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  let told = 0;
  while (!(await acquire(file))) {
    const holder = await holderOf(file);
    if (holder === "gone") {
      await rm(file, { force: true });
      continue;
    }
    if (holder !== "unknown" && Date.now() - told > 15_000) {
      waiting(holder);
      told = Date.now();
    }
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function holderOf(file: string): Promise<number | "gone" | "unknown"> {
  try {
    const pid = Number(await readFile(file, "utf8"));
    // Made but not yet written, unless it stays so.
    if (!Number.isInteger(pid) || pid <= 0)
      return Date.now() - (await stat(file)).mtimeMs > 10_000 ? "gone" : "unknown";
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH" || code === "ENOENT") return "gone";
    if (code === "EPERM") return "unknown";
    throw error;
  }
}
