import { delimiter, dirname } from "node:path";

// What `npm run` tells its scripts about itself; an npm or nx inside would take it for its own settings.
const outerNpm =
  /^(npm_(package|lifecycle)_|npm_(command|execpath|node_execpath)$|npm_config_(local_prefix|prefix|workspaces?|loglevel)$|INIT_CWD$)/i;

/**
 * The environment for everything that runs on the chosen Node: it comes first on the PATH, so that npm and install scripts run on it too.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} node path of the program
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(env, node) {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !outerNpm.test(name)));
  return { ...kept, PATH: `${dirname(node)}${delimiter}${env.PATH ?? ""}` };
}
