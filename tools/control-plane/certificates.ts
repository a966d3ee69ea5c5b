import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate with its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usages: readonly ("server" | "client")[];
}

// Not RSA: a twentieth of an API server's work were signatures for new connections.
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;

/** Issues certificates that are good for a day. */
export class CertificateAuthority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  static async create(): Promise<CertificateAuthority> {
    const keys = await generateKeys();
    const extensions = [new x509.BasicConstraintsExtension(true, undefined, true)];
    const name = distinguishedName("test authority");
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({ ...validity(), name, keys, extensions });
    return new CertificateAuthority(keys, certificate);
  }

  /** Its own certificate, in PEM. */
  get cert(): string {
    return `${this.#certificate.toString("pem")}\n`;
  }

  async issue({ commonName, dnsNames = [], ipAddresses = [], usages }: CertificateRequest): Promise<Certificate> {
    const { publicKey, privateKey } = await generateKeys();
    const names = [
      ...dnsNames.map((value) => ({ type: "dns" as const, value })),
      ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(),
      subject: distinguishedName(commonName),
      issuer: this.#certificate.subject,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      publicKey,
      extensions: [
        new x509.ExtendedKeyUsageExtension(usages.map((usage) => (usage === "server" ? serverAuth : clientAuth))),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
    return { cert: `${certificate.toString("pem")}\n`, key: `${key}\n` };
  }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function distinguishedName(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }];
}

function validity() {
  const day = 24 * 3600 * 1000;
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day), signingAlgorithm: algorithm };
}
