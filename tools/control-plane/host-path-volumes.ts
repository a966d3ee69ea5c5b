import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = "/tmp/hostpath_pv/";
const name = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** The directories named in the bytes of an etcd log: PersistentVolumes stand in it uncompressed. */
export function hostPathVolumesIn(bytes: Buffer): string[] {
  const found = new Set<string>();
  for (let at = bytes.indexOf(root); at !== -1; at = bytes.indexOf(root, at + root.length)) {
    const match = name.exec(bytes.toString("latin1", at + root.length, at + root.length + 36));
    if (match) found.add(root + match[0]);
  }
  return [...found];
}

/**
 * Removes the directories that the host-path provisioner made for the control plane whose state is in `directory`. Never throws.
 * The provisioner's place below /tmp is fixed, and after a kill there is no API server left to ask, so the paths come from etcd's files.
 */
export function removeHostPathVolumes(directory: string): void {
  const wal = join(directory, "etcd", "member", "wal");
  try {
    for (const file of readdirSync(wal).filter((name) => name.endsWith(".wal"))) {
      for (const path of hostPathVolumesIn(readFileSync(join(wal, file))))
        rmSync(path, { recursive: true, force: true });
    }
  } catch {
    // Without state there are no volumes.
  }
}
