import { UsageError } from "../command-line/options.ts";
import { ControlPlaneError } from "../control-plane/index.ts";
import { demo } from "./demo.ts";
import { DemoError, InterruptedError, ManifestError } from "./errors.ts";
import { parseOptions, usage } from "./options.ts";

const exitCodes = { failed: 1, refused: 2, interrupted: 130 } as const;

async function main(interrupted: AbortSignal): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options !== "help") return await demo(options, interrupted);
    console.log(usage);
    return 0;
  } catch (error) {
    if (error instanceof InterruptedError) return exitCodes.interrupted;
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${usage}`);
      return exitCodes.refused;
    }
    if (!(error instanceof DemoError || error instanceof ControlPlaneError)) throw error;
    console.error(error.message);
    return error instanceof ManifestError ? exitCodes.refused : exitCodes.failed;
  }
}

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Whoever asks twice doesn't want to wait. Guardians end what was started and remove its files.
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort();
  });
}
// Not only the exit code: a control plane that was still being started would keep the process alive.
process.exit(await main(interrupt.signal));
