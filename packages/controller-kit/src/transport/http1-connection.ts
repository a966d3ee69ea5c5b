import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Body } from "./body.ts";
import { hostOf } from "./dial.ts";
import {
  BrokenExchangeError,
  ConnectError,
  type HttpConnection,
  type HttpRequest,
  type HttpResponse,
  type TlsMaterial,
} from "./http.ts";

/** No connection came about, so no byte of the request left this process. */
const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "EHOSTDOWN",
]);

/** The fallback for servers behind something that speaks no HTTP/2, and for `kubectl proxy`: a connection per exchange under way. */
export class Http1Connection implements HttpConnection {
  readonly #origin: URL;
  readonly #tls: () => Promise<TlsMaterial>;
  readonly #onRenewed: (reason: string) => void;
  #agent: HttpAgent | HttpsAgent;

  constructor(origin: URL, tls: () => Promise<TlsMaterial>, onRenewed: (reason: string) => void) {
    this.#origin = origin;
    this.#tls = tls;
    this.#onRenewed = onRenewed;
    this.#agent = this.#newAgent();
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const secure = this.#origin.protocol === "https:";
    const options: RequestOptions & TlsMaterial = {
      host: hostOf(this.#origin),
      port: this.#origin.port || (secure ? 443 : 80),
      method: request.method,
      path: request.path,
      headers: {
        ...request.headers,
        ...(request.body !== undefined && { "content-length": String(Buffer.byteLength(request.body)) }),
      },
      agent: this.#agent,
      signal: request.signal,
      ...(secure && (await this.#tls())),
    };
    request.beforeSend?.();
    return new Promise((resolve, reject) => {
      const outgoing = secure ? httpsRequest(options) : httpRequest(options);
      outgoing.once("response", (incoming) => {
        const body = new Body(() => incoming.destroy());
        incoming.on("data", (chunk: Buffer) => body.push(chunk));
        incoming.once("end", () => body.finish());
        incoming.on("error", (cause) => body.finish(new BrokenExchangeError(cause.message, { cause })));
        incoming.once("close", () => body.finish(new BrokenExchangeError("the connection was closed")));
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
      });
      outgoing.on("error", (cause: NodeJS.ErrnoException) => {
        if (request.signal.aborted) reject(request.signal.reason);
        else if (notConnected.has(codeOf(cause))) reject(new ConnectError(cause.message, { cause }));
        else reject(new BrokenExchangeError(cause.message, { cause }));
      });
      outgoing.end(request.body);
    });
  }

  checkPeer(): void {
    // The exchange that timed out had its connection for itself, which is gone with it.
  }

  renew(_mode: "destroy" | "drain", reason: string): void {
    this.#agent.destroy();
    this.#agent = this.#newAgent();
    this.#onRenewed(reason);
  }

  close(): void {
    this.#agent.destroy();
  }

  #newAgent(): HttpAgent | HttpsAgent {
    return this.#origin.protocol === "https:"
      ? new HttpsAgent({ keepAlive: true })
      : new HttpAgent({ keepAlive: true });
  }
}

function codeOf(error: NodeJS.ErrnoException): string {
  if (error instanceof AggregateError) return (error.errors[0] as NodeJS.ErrnoException | undefined)?.code ?? "";
  return error.code ?? "";
}
