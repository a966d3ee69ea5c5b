import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCommand } from "./command.mjs";
import { npmEnvironment } from "./environment.mjs";
import { handOver } from "./hand-over.mjs";
import { ensureNode } from "./node.mjs";
import { ensurePackages } from "./packages.mjs";
import { StepError, step } from "./step.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Sets up what is missing and runs the command; returns the exit code.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} processEnv
 */
export async function main(args, processEnv) {
  try {
    const command = parseCommand(args);
    const node = await ensureNode(processEnv);
    const env = npmEnvironment(processEnv, node);
    if (command.needsControlPlane) {
      // Before the long steps: a missing Go shows at once.
      const code = await handOver(
        node,
        [fileURLToPath(new URL("../control-plane/prerequisites.ts", import.meta.url))],
        env,
      );
      if (code !== 0) return code;
    }
    await ensurePackages(root, env);
    if (command.build) {
      const settings = { cwd: root, env: { ...env, NX_DAEMON: "false", NX_TUI: "false" } };
      await step("building the controllers", join(root, "node_modules/.bin/nx"), ["run-many", "-t", "build"], settings);
    }
    return await handOver(node, [join(root, command.program), ...command.args], env);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    return 1;
  }
}
