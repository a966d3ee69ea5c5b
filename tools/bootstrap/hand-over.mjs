import { spawn } from "node:child_process";
import { constants } from "node:os";

const forwarded = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs a TypeScript program in this one's place: same streams, its exit code is the result, signals are passed on. It is in a session of its own, so that
 * a Ctrl-C reaches it once: the terminal and npm both send it to us, and a second one would mean "at once" to the program.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export function handOver(node, args, env) {
  return new Promise((resolve, reject) => {
    const watcher = new URL("./end-with-parent.mjs", import.meta.url).href;
    const child = spawn(node, [`--import=${watcher}`, "--conditions=@multigres/source", ...args], {
      stdio: "inherit",
      env,
      detached: true,
    });
    let last = 0;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      if (Date.now() - last < 1000) return;
      last = Date.now();
      child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, forward);
    // The kernel tells only the terminal's own processes that its size has changed.
    const resize = () => child.kill("SIGWINCH");
    process.on("SIGWINCH", resize);
    // npm that was killed can't pass anything on; a shell that just ended may have meant us to go on. That npm is the parent is due to the `exec`
    // in package.json's scripts.
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) forward("SIGTERM");
    }, 1000);
    const settle = () => {
      clearInterval(orphaned);
      for (const signal of forwarded) process.off(signal, forward);
      process.off("SIGWINCH", resize);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
