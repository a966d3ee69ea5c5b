// Run before long steps: tells in one sentence what a control plane would lack on this machine. Needs no installed packages.
import { checkPrerequisites } from "./binaries.ts";

try {
  await checkPrerequisites(process.env);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
