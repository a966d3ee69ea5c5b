import type { TlsMaterial } from "./http.ts";

/** Where the API server is and how to show who we are. */
export interface ClusterAccess {
  /** Base URL without a trailing slash, for example `https://10.0.0.1:443`. */
  readonly server: string;
  tls(): Promise<TlsMaterial>;
  /** Authorization and impersonation headers. The same object is returned until they change. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** The server refused `used` with 401: forget it, unless something newer is there already. */
  refresh(used: Readonly<Record<string, string>>): void;
  /** True if a connection carries the identity, so that new credentials need a new connection. */
  readonly authenticatesByCertificate: () => boolean;
}
