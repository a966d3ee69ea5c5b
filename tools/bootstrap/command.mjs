import { StepError } from "./step.mjs";

/**
 * @typedef {object} Command
 * @property {string} program path of the TypeScript file, from the root
 * @property {readonly string[]} args
 * @property {boolean} build whether it needs the controllers' bundles
 * @property {boolean} needsControlPlane whether the programs of a control plane will be needed
 */

/**
 * What `node tools/bootstrap.mjs <args>` is to run.
 * @param {readonly string[]} args
 * @returns {Command}
 */
export function parseCommand([name, ...args]) {
  const help = args.includes("--help") || args.includes("-h");
  if (name === "demo") {
    const otherCluster = args.some((arg) => arg === "--context" || arg.startsWith("--context="));
    return { program: "tools/demo/main.ts", args, build: !help, needsControlPlane: !help && !otherCluster };
  }
  if (name === "bench" || name === "chaos") {
    return { program: `tools/${name}/main.ts`, args, build: !help, needsControlPlane: !help };
  }
  if (name === "test") {
    // Building is one of the checks that it counts.
    return { program: "tools/run-tests.ts", args, build: false, needsControlPlane: !help && args[0] !== "unit" };
  }
  throw new StepError("usage: node tools/bootstrap.mjs demo|test|bench|chaos [arguments]");
}
