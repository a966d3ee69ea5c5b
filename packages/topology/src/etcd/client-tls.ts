import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import { InvalidSettingError } from "../errors.ts";

/** TLS towards etcd, all in PEM. Without `cert` and `key` the client shows no certificate. */
export interface ClientTls {
  /** Unset: the authorities that Node.js trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Throws InvalidSettingError, which never contains the material itself. */
export function secureContext({ ca, cert, key }: ClientTls): SecureContext {
  if ((cert === undefined) !== (key === undefined)) {
    throw new InvalidSettingError("a client certificate needs its key, and the key its certificate");
  }
  // OpenSSL silently ignores an authority that isn't one, and then trusts nobody.
  if (ca !== undefined) check("certificate authority", () => new X509Certificate(ca));
  return check("client certificate or its key", () => createSecureContext({ ca, cert, key, minVersion: "TLSv1.2" }));
}

function check<T>(what: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw new InvalidSettingError(`the ${what} for etcd can't be used`, { cause });
  }
}
