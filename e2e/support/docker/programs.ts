import { execFile } from "node:child_process";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** Copies a program to a path of the image's root, and the libraries that it is linked with to theirs. */
export async function copyProgram(program: string, target: string, files: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(program, target);
  await copyLibraries(program, files);
}

/** The dynamic linker among them. */
export async function copyLibraries(program: string, files: string): Promise<void> {
  for (const [, library = ""] of (await linked(program)).matchAll(/(?:^|\s)(\/\S+)(?=\s+\(0x)/gm)) {
    await mkdir(dirname(join(files, library)), { recursive: true });
    await copyFile(library, join(files, library));
  }
}

async function linked(program: string): Promise<string> {
  try {
    return (await promisify(execFile)("ldd", [program])).stdout;
  } catch (error) {
    // So it says of a program that is linked statically.
    if (/not a dynamic executable|not a valid dynamic program/i.test((error as Error).message)) return "";
    throw error;
  }
}
