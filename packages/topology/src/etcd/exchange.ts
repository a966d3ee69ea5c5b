import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { SecureContext } from "node:tls";
import { type Address, formatAddress } from "./addresses.ts";

export interface ExchangeRequest {
  readonly address: Address;
  /** The name that the server's certificate must be for. */
  readonly serverName: string;
  readonly path: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends JSON and resolves with a complete answer of any status. Rejects with Node's own errors, or with the signal's reason. */
export interface Exchange {
  (request: ExchangeRequest): Promise<ExchangeAnswer>;
  close(): void;
}

class UnresolvedInTimeError extends Error {
  override readonly name = "UnresolvedInTimeError";
  readonly code = "EAI_AGAIN";

  constructor(host: string, options: ErrorOptions) {
    super(`${host} wasn't resolved in time`, options);
  }
}

/** Far above what a topology can hold; etcd's own limit is 8 GiB. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Idle connections end after that: longer than what is done again and again is apart. */
const idleMs = 90_000;

/**
 * Over HTTP/1.1 with connections kept open. With a context: TLS. Cut off while the name is still being looked up, it rejects
 * as it does for a name that can't be (`EAI_AGAIN`).
 * @param lookup stands in for the resolver, in tests
 */
export function createExchange(secureContext: SecureContext | undefined, lookup?: LookupFunction): Exchange {
  const agent =
    secureContext === undefined
      ? new HttpAgent({ keepAlive: true, timeout: idleMs })
      : new HttpsAgent({ keepAlive: true, timeout: idleMs, secureContext });
  const send = (request: ExchangeRequest) =>
    new Promise<ExchangeAnswer>((resolve, reject) => {
      const { address, serverName, path, body, signal } = request;
      const open = secureContext === undefined ? httpRequest : httpsRequest;
      const outgoing = open({
        agent,
        host: address.host,
        port: address.port,
        // An IP is no server name in TLS; Node then compares the certificate with the host.
        ...(secureContext === undefined || isIP(serverName) !== 0 ? {} : { servername: serverName }),
        method: "POST",
        path,
        headers: {
          host: formatAddress(address),
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
        signal,
        ...(lookup && { lookup }),
      });
      let isResolving = false;
      outgoing.once("socket", (socket) => {
        isResolving = socket.connecting && isIP(address.host) === 0;
        // A connection that is kept would collect one for each request, with all that it holds.
        if (!isResolving) return;
        socket.once("lookup", () => {
          isResolving = false;
        });
      });
      const fail = (error: unknown) => {
        if (!signal.aborted) reject(error);
        else reject(isResolving ? new UnresolvedInTimeError(address.host, { cause: error }) : signal.reason);
      };
      outgoing.once("response", (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        incoming.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswerBytes) incoming.destroy(new Error(`the answer is longer than ${maxAnswerBytes} bytes`));
          else chunks.push(chunk);
        });
        incoming.once("end", () =>
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
        incoming.once("error", fail);
        incoming.once("close", () => fail(new Error("the connection was closed")));
      });
      outgoing.once("error", fail);
      outgoing.end(body);
    });
  return Object.assign(send, { close: () => agent.destroy() });
}
