import { isIP } from "node:net";
import { connect as tlsConnect, type TLSSocket } from "node:tls";
import { ConnectError, type TlsMaterial } from "./http.ts";

const connectTimeoutMs = 10_000;
const keepAliveProbeMs = 30_000;

/** The host of a URL as sockets want it: IPv6 without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** Opens a TLS connection that speaks one of `protocols` (ALPN). Rejects with `ConnectError`. */
export function dialTls(origin: URL, tls: TlsMaterial, protocols: readonly string[]): Promise<TLSSocket> {
  const host = hostOf(origin);
  const servername = tls.servername ?? (isIP(host) ? undefined : host);
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({
      ...tls,
      host,
      port: Number(origin.port || 443),
      ...(servername && { servername }),
      ALPNProtocols: [...protocols],
    });
    const fail = (cause: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ConnectError(`can't connect to ${origin.host}: ${cause.message}`, { cause }));
    };
    const timer = setTimeout(() => fail(new Error(`no connection within ${connectTimeoutMs} ms`)), connectTimeoutMs);
    socket.on("error", fail);
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, keepAliveProbeMs);
      resolve(socket);
    });
  });
}
