import { type ClientHttp2Session, constants, connect as http2Connect } from "node:http2";
import type { TLSSocket } from "node:tls";
import { Body } from "./body.ts";
import { dialTls } from "./dial.ts";
import {
  BrokenExchangeError,
  ConnectError,
  type HttpConnection,
  type HttpRequest,
  type HttpResponse,
  NotProcessedError,
  type TlsMaterial,
  within,
} from "./http.ts";

/** The server speaks HTTP/1.1 only. */
export class Http1OnlyError extends NotProcessedError {}

/** Times of the peer check, as Go's HTTP/2 client has them. */
export interface PeerCheckTimes {
  /** Silence after which a PING is sent. */
  readonly silenceMs: number;
  /** How long its answer may take. */
  readonly answerMs: number;
}

const peerCheckDefaults: PeerCheckTimes = { silenceMs: 30_000, answerMs: 15_000 };

const framesOfHeaders = 1; // RFC 9113 section 6.2
const streamWindow = 1024 * 1024;
const sessionWindow = 16 * 1024 * 1024;
const sessionMemoryMb = 128;

export interface Http2Options {
  readonly origin: URL;
  readonly tls: () => Promise<TlsMaterial>;
  readonly onRenewed: (reason: string) => void;
  readonly peerCheck?: PeerCheckTimes;
}

/**
 * All requests and watches over one HTTP/2 session at a time, on `node:http2`.
 *
 * A GOAWAY lets the session's streams finish while new requests go to a new session. (undici's agent, as of 8.12, opens
 * no new session before the last old stream has ended, and a watch is a stream that doesn't end:
 * docs/decisions/0005.) A silent peer is asked with PING; without an answer the session is
 * destroyed, so that nothing waits on a connection that a NAT or a power cut has taken away.
 */
export class Http2Connection implements HttpConnection {
  readonly #options: Http2Options;
  readonly #sessions = new Set<Session>();
  #current: Promise<Session> | undefined;
  #closed = false;

  constructor(options: Http2Options) {
    this.#options = options;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    if (this.#closed) throw new NotProcessedError("the transport is closed");
    const session = await within(this.#session(), request.signal);
    request.beforeSend?.();
    return session.exchange(request);
  }

  checkPeer(): void {
    for (const session of this.#sessions) session.ping();
  }

  renew(mode: "destroy" | "drain", reason: string): void {
    const current = this.#current;
    this.#current = undefined;
    current?.then(
      (session) => (mode === "destroy" ? session.destroy(reason) : session.drain()),
      () => undefined,
    );
    this.#options.onRenewed(reason);
  }

  close(): void {
    this.#closed = true;
    this.#current = undefined;
    for (const session of this.#sessions) session.destroy("the transport is closed");
  }

  #session(): Promise<Session> {
    if (this.#current) return this.#current;
    const opening = this.#open();
    this.#current = opening;
    const forget = () => {
      if (this.#current === opening) this.#current = undefined;
    };
    opening.then((session) => session.onUnusable(forget), forget);
    return opening;
  }

  async #open(): Promise<Session> {
    const { origin, tls, onRenewed, peerCheck } = this.#options;
    let material: TlsMaterial;
    try {
      material = await tls();
    } catch (cause) {
      throw new ConnectError("can't get what TLS needs", { cause });
    }
    const socket = await dialTls(origin, material, ["h2", "http/1.1"]);
    if (socket.alpnProtocol !== "h2") {
      socket.destroy();
      throw new Http1OnlyError(`${origin.host} doesn't speak HTTP/2`);
    }
    const session = new Session(origin, socket, peerCheck ?? peerCheckDefaults, onRenewed);
    this.#sessions.add(session);
    session.onClosed(() => this.#sessions.delete(session));
    if (this.#closed) session.destroy("the transport is closed");
    return session;
  }
}

/** One HTTP/2 session until its end. */
class Session {
  readonly #http2: ClientHttp2Session;
  readonly #socket: TLSSocket;
  readonly #times: PeerCheckTimes;
  readonly #onDead: (reason: string) => void;
  readonly #unusable: (() => void)[] = [];
  #bytesRead = 0;
  #pingDeadline: NodeJS.Timeout | undefined;

  constructor(origin: URL, socket: TLSSocket, times: PeerCheckTimes, onDead: (reason: string) => void) {
    this.#socket = socket;
    this.#times = times;
    this.#onDead = onDead;
    this.#http2 = http2Connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindow },
      maxSessionMemory: sessionMemoryMb,
    });
    this.#http2.once("connect", () => {
      if (!this.#http2.destroyed) this.#http2.setLocalWindowSize(sessionWindow);
    });
    this.#http2.on("goaway", () => this.#becomeUnusable());
    // Streams report the error to their requests; without a listener it would end the process.
    this.#http2.on("error", () => this.#becomeUnusable());
    const silence = setInterval(() => this.#watchSilence(), times.silenceMs).unref();
    this.#http2.once("close", () => {
      clearInterval(silence);
      clearTimeout(this.#pingDeadline);
      this.#becomeUnusable();
    });
  }

  onUnusable(listener: () => void): void {
    if (this.#http2.closed || this.#http2.destroyed) listener();
    else this.#unusable.push(listener);
  }

  onClosed(listener: () => void): void {
    if (this.#http2.destroyed) listener();
    else this.#http2.once("close", listener);
  }

  drain(): void {
    this.#becomeUnusable();
    if (!this.#http2.closed) this.#http2.close();
  }

  destroy(reason: string): void {
    this.#becomeUnusable();
    this.#http2.destroy(new BrokenExchangeError(`connection given up: ${reason}`));
  }

  /**
   * Destroys the session unless the peer answers in time. Node sends no PING on a session that got a GOAWAY; the watches
   * that still live there have their own idle timers.
   */
  ping(): void {
    if (this.#pingDeadline || this.#http2.closed || this.#http2.destroyed) return;
    this.#pingDeadline = setTimeout(() => {
      this.#onDead("no answer to ping");
      this.destroy("no answer to ping");
    }, this.#times.answerMs).unref();
    // The callback also comes, with an error, when the session ends before the answer.
    this.#http2.ping(() => {
      clearTimeout(this.#pingDeadline);
      this.#pingDeadline = undefined;
    });
  }

  exchange(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      let stream: ReturnType<ClientHttp2Session["request"]>;
      try {
        stream = this.#http2.request(
          {
            ...request.headers,
            [constants.HTTP2_HEADER_METHOD]: request.method,
            [constants.HTTP2_HEADER_PATH]: request.path,
            ...(request.body !== undefined && { "content-length": String(Buffer.byteLength(request.body)) }),
          },
          { endStream: request.body === undefined, signal: request.signal },
        );
      } catch (cause) {
        // The session has ended or got a GOAWAY since it was handed out.
        this.#becomeUnusable();
        reject(new NotProcessedError("the connection takes no more requests", { cause }));
        return;
      }
      const body = new Body(() => stream.close(constants.NGHTTP2_CANCEL));
      const fail = (error: unknown) => {
        body.finish(error);
        reject(error);
      };
      const broken = (cause?: Error): Error => {
        if (request.signal.aborted) return request.signal.reason as Error;
        if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) {
          return new NotProcessedError("the server refused the stream", { cause });
        }
        return new BrokenExchangeError(`the stream broke: ${cause?.message ?? `code ${stream.rstCode}`}`, { cause });
      };
      stream.once("response", (headers) => {
        resolve({ status: Number(headers[constants.HTTP2_HEADER_STATUS]), headers, body });
      });
      stream.on("data", (chunk: Buffer) => body.push(chunk));
      stream.once("end", () => {
        if (!stream.aborted && stream.rstCode === constants.NGHTTP2_NO_ERROR) body.finish();
      });
      stream.once("frameError", (type, code) => {
        if (type === framesOfHeaders) fail(new NotProcessedError(`the request couldn't be sent (${code})`));
      });
      stream.on("error", (cause) => fail(broken(cause)));
      // A reset with CANCEL, or the session's end, may come without an error.
      stream.once("close", () => fail(broken()));
      if (request.body !== undefined) stream.end(request.body);
    });
  }

  #watchSilence(): void {
    const { bytesRead } = this.#socket;
    if (bytesRead === this.#bytesRead) this.ping();
    this.#bytesRead = bytesRead;
  }

  #becomeUnusable(): void {
    for (const listener of this.#unusable.splice(0)) listener();
  }
}
