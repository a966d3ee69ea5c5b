import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy on loopback that can do to connections what networks do. */
export class TcpProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #frozen = false;
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
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /** Cuts all connections of this moment. */
  drop(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.drop();
    await closed;
  }

  #join(near: Socket, target: URL): void {
    this.connections += 1;
    const far = connect(Number(target.port), target.hostname);
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [pair, [far, near] as const]) {
      // Not `pipe`: it would resume what `freeze` has paused.
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", end);
      from.on("close", end);
    }
    if (this.#frozen) for (const socket of pair) socket.pause();
  }
}
