import { setTimeout as sleep } from "node:timers/promises";
import { type DialOverride, dialTarget } from "@multigres/topology";
import type { z } from "zod";
import { MultiadminMalformedError, MultiadminRefusedError, MultiadminUnreachableError } from "./errors.ts";

/** What the tasks of this folder need of the controller's settings. */
export interface MultiadminSettings {
  readonly DIAL_OVERRIDES: readonly DialOverride[];
}

export interface MultiadminRequest<Answer> {
  /** `http://host:port`, as the Shard's spec has it. */
  readonly address: string;
  /** Begins with `/api/v1/`. */
  readonly path: string;
  /** Set: POST with this JSON; else GET. */
  readonly body?: object;
  readonly answer: z.ZodType<Answer>;
  /** Of a read with both its tries; default is 4 s. */
  readonly timeoutMs?: number;
}

export interface CallContext {
  readonly settings: MultiadminSettings;
  readonly signal: AbortSignal;
}

// A multiadmin that has died silently must be noticed soon, so a read's second try is within the time of both.
const usualTimeoutMs = 4_000;
const retryPauseMs = 150;

/**
 * Asks multiadmin's REST API. Reads have a bounded time for two tries; what changes something is sent once, and its time
 * is the signal's. Throws MultiadminError, or the reason of the caller's signal.
 */
export async function callMultiadmin<Answer>(
  request: MultiadminRequest<Answer>,
  context: CallContext,
): Promise<Answer> {
  if (request.body !== undefined) return once(request, context);
  const inTime = AbortSignal.timeout(request.timeoutMs ?? usualTimeoutMs);
  const signal = AbortSignal.any([context.signal, inTime]);
  try {
    return await once(request, { ...context, signal });
  } catch (error) {
    if (signal.aborted || !mayPass(error)) throw withinTime(error, request, context.signal, inTime);
  }
  try {
    await sleep(retryPauseMs, undefined, { signal });
    return await once(request, { ...context, signal });
  } catch (error) {
    throw withinTime(error, request, context.signal, inTime);
  }
}

async function once<Answer>(
  { address, path, body, answer }: MultiadminRequest<Answer>,
  { settings, signal }: CallContext,
): Promise<Answer> {
  const { protocol, hostname, port } = new URL(address);
  const target = dialTarget(settings.DIAL_OVERRIDES, `${hostname}:${port === "" ? "80" : port}`);
  const method = body === undefined ? "GET" : "POST";
  const response = await send(address, `${protocol}//${target.address}${target.prefix}${path}`, {
    method,
    signal,
    redirect: "manual",
    // Without this header it answers 415.
    ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const asked = `${method} ${path.replace(/\?.*$/, "")}`;
  const { status, text } = response;
  if (status !== 200) {
    throw new MultiadminRefusedError({ address, request: asked, status, text }, { cause: new Error(text) });
  }
  try {
    return answer.parse(JSON.parse(text));
  } catch (cause) {
    throw new MultiadminMalformedError(address, asked, { cause });
  }
}

async function send(address: string, url: string, init: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new MultiadminUnreachableError(address, reasonOf(error), { cause: error });
  }
}

function mayPass(error: unknown): boolean {
  return (
    error instanceof MultiadminUnreachableError || (error instanceof MultiadminRefusedError && error.status >= 500)
  );
}

function withinTime(
  error: unknown,
  { address, path, timeoutMs = usualTimeoutMs }: { address: string; path: string; timeoutMs?: number },
  caller: AbortSignal,
  inTime: AbortSignal,
): unknown {
  if (caller.aborted || !inTime.aborted) return error;
  return new MultiadminUnreachableError(address, `no answer to GET ${path} within ${timeoutMs / 1000} s`, {
    cause: error,
  });
}

/** One wording for what comes and goes between two tries. */
function reasonOf(error: unknown): string {
  const { code = "" } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the name doesn't resolve";
    case "ECONNREFUSED":
      return "the connection is refused";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return "the connection is cut";
    default:
      return code === "" ? "the connection fails" : `the connection fails (${code})`;
  }
}
