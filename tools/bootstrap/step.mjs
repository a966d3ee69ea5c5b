import { spawn } from "node:child_process";

/** A step failed; the message is for the user, without a stack. */
export class StepError extends Error {
  /** @override */
  name = "StepError";
}

/**
 * Runs a long program quietly: progress with the elapsed time goes to standard error, since standard output belongs to what comes later.
 * Its own output is shown only when it fails. Throws StepError.
 * @param {string} title
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
export async function step(title, command, args, { cwd, env }) {
  const started = Date.now();
  const progress = showProgress(title, started);
  const { code, output } = await run(command, args, { cwd, env });
  progress.end(code === 0 ? "done" : "failed");
  if (code === 0) return;
  throw new StepError(`${output.trimEnd()}\n${title} failed: ${command} ${args.join(" ")}`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, args, { cwd, env }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
      });
    }
    /** @param {NodeJS.Signals} signal */
    const interrupt = (signal) => {
      child.kill(signal);
      process.exit(signal === "SIGINT" ? 130 : 143);
    };
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    /** @param {number} code */
    const finish = (code) => {
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      resolve({ code, output });
    };
    child.once("error", (error) => {
      output += error.message;
      finish(-1);
    });
    child.once("close", (code) => finish(code ?? -1));
  });
}

/**
 * On a terminal one line that counts seconds, else a line every 15 s.
 * @param {string} title
 * @param {number} started
 */
function showProgress(title, started) {
  const terminal = process.stderr.isTTY;
  const line = () => `${title} ... ${elapsed(Date.now() - started)}`;
  process.stderr.write(terminal ? `\r${title} ...` : `${title} ...\n`);
  const timer = setInterval(
    () => process.stderr.write(terminal ? `\r\x1b[K${line()}` : `${line()}\n`),
    terminal ? 1000 : 15_000,
  );
  return {
    /** @param {string} how */
    end(how) {
      clearInterval(timer);
      process.stderr.write(`${terminal ? "\r\x1b[K" : ""}${title}: ${how} after ${elapsed(Date.now() - started)}\n`);
    },
  };
}

/**
 * "8 s" or "2 min 05 s".
 * @param {number} milliseconds
 */
export function elapsed(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
