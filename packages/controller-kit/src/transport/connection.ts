import type { HttpConnection, HttpRequest, HttpResponse, TlsMaterial } from "./http.ts";
import { Http1Connection } from "./http1-connection.ts";
import { Http1OnlyError, Http2Connection, type PeerCheckTimes } from "./http2-connection.ts";

/** Successive timeouts after which a connection is given up although its peer answers to PING: something behind it hangs. */
const timeoutsUntilRenewed = 3;

/** The connection to the API server: HTTP/2, or HTTP/1.1 once the server has turned out to speak nothing else. */
export class Connection {
  readonly #http1: () => Http1Connection;
  #http: HttpConnection;
  #timeouts = 0;

  constructor(
    server: string,
    tls: () => Promise<TlsMaterial>,
    onRenewed: (reason: string) => void,
    peerCheck?: PeerCheckTimes,
  ) {
    const origin = new URL(server);
    this.#http1 = () => new Http1Connection(origin, tls, onRenewed);
    this.#http =
      origin.protocol === "https:"
        ? new Http2Connection({ origin, tls, onRenewed, ...(peerCheck && { peerCheck }) })
        : this.#http1();
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#http.send(request);
    } catch (error) {
      if (!(error instanceof Http1OnlyError)) throw error;
      if (this.#http instanceof Http2Connection) this.#http = this.#http1();
      return await this.#http.send(request);
    }
  }

  noteAlive(): void {
    this.#timeouts = 0;
  }

  noteTimeout(): void {
    this.#timeouts += 1;
    if (this.#timeouts < timeoutsUntilRenewed) {
      this.#http.checkPeer();
    } else {
      this.#timeouts = 0;
      this.#http.renew("destroy", "timeouts");
    }
  }

  /** New credentials need a new connection where the connection carries them. */
  renewIdentity(): void {
    this.#http.renew("drain", "unauthorized");
  }

  close(): void {
    this.#http.close();
  }
}
