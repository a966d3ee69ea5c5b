import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy on loopback that can do to connections what networks do. */
export class TcpProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #frozen = false;
  #refusing = false;
  #delayMs = 0;
  /** Connections accepted so far. */
  connections = 0;

  private constructor(target: URL, server: Server) {
    this.#server = server;
    this.url = `${target.protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (near) => this.#join(near, target));
  }

  /** @param target URL of the server behind it */
  static async start(target: string): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TcpProxy(new URL(target), server);
  }

  /** From now on the connections of this moment carry nothing, in neither direction, and nobody is told. */
  freeze(options: { readonly newOnes: boolean } = { newOnes: false }): void {
    this.#frozen = options.newOnes;
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.resume();
  }

  /** Cuts all connections of this moment. */
  drop(): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.resetAndDestroy();
  }

  /** Cuts all connections, and every new one as soon as it is made, until `accept`. */
  refuse(): void {
    this.#refusing = true;
    this.drop();
  }

  accept(): void {
    this.#refusing = false;
  }

  /** From now on every byte takes so long, in both directions. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Ends each connection of this moment after so many more bytes from the server: in the middle of what it says. */
  cutAfter(bytes: number): void {
    for (const pair of this.#pairs) pair.bytesLeft = bytes;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.drop();
    await closed;
  }

  #join(near: Socket, target: URL): void {
    this.connections += 1;
    // Before it has its listeners a socket must not end with an error.
    near.on("error", () => near.destroy());
    if (this.#refusing) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    const pair: Pair = { near, far, bytesLeft: Number.POSITIVE_INFINITY };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.on("error", end);
      socket.on("close", end);
    }
    // Not `pipe`: it would resume what `freeze` has paused.
    const toServer = this.#inOrder((chunk) => far.write(chunk));
    const toClient = this.#inOrder((chunk) => near.write(chunk));
    near.on("data", toServer);
    far.on("data", (chunk: Buffer) => {
      if (chunk.length < pair.bytesLeft) {
        pair.bytesLeft -= chunk.length;
        toClient(chunk);
      } else {
        near.end(chunk.subarray(0, pair.bytesLeft));
        far.destroy();
      }
    });
    if (this.#frozen) for (const socket of [near, far]) socket.pause();
  }

  /** Passes chunks on after the delay; never one before an earlier one. */
  #inOrder(write: (chunk: Buffer) => void): (chunk: Buffer) => void {
    let lastDue = 0;
    return (chunk) => {
      const now = performance.now();
      lastDue = Math.max(lastDue, now + this.#delayMs);
      if (lastDue <= now) write(chunk);
      else setTimeout(() => write(chunk), lastDue - now);
    };
  }
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** Towards the client, before the cut. */
  bytesLeft: number;
}
