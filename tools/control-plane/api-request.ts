import { type Agent, request } from "node:https";
import { RequestError } from "./errors.ts";
import type { Access } from "./kubeconfig.ts";

/** One request of the tools to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** Defaults to application/json. */
  readonly contentType?: string;
  readonly timeoutMilliseconds?: number;
  /** Keeps connections for what follows; default: one for each request. */
  readonly agent?: Agent;
}

/** Sends a request and returns the parsed answer (text when it isn't JSON). Throws RequestError for answers of 300 and above
 * and, with status 0, for no answer in time; connection errors come as they are. */
export function apiRequest(access: Access, options: ApiRequest): Promise<unknown> {
  const { method, path, body, contentType = "application/json", timeoutMilliseconds = 30_000, agent = false } = options;
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        signal.aborted
          ? new RequestError(`${method} ${path}: no answer within ${timeoutMilliseconds} ms`, 0, { cause: error })
          : error,
      );
    const outgoing = request(
      new URL(path, access.server),
      {
        method,
        ca: access.certificateAuthority,
        agent,
        signal,
        headers: {
          authorization: `Bearer ${access.token}`,
          accept: "application/json",
          "user-agent": "multigres-control-plane",
          ...(body === undefined ? {} : { "content-type": contentType }),
        },
      },
      (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => {
          text += chunk;
        });
        incoming.on("error", fail);
        incoming.on("end", () => {
          const answer = parse(text);
          const status = incoming.statusCode ?? 0;
          if (status < 300) resolve(answer);
          else reject(new RequestError(`${method} ${path}: ${status} ${messageOf(answer)}`, status));
        });
      },
    );
    outgoing.on("error", fail);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function messageOf(answer: unknown): string {
  if (typeof answer === "object" && answer !== null && "message" in answer) return String(answer.message);
  return String(answer).slice(0, 500);
}
