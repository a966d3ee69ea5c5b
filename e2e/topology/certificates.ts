import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

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

/** Issues certificates as a test needs them; Node.js can check such, and sign, but has nothing that writes X.509. */
export class CertificateAuthority {
  readonly #name = distinguishedName("test authority");
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  /** PEM. */
  readonly cert: string;

  constructor() {
    const basic = extension("2.5.29.19", true, sequence(tag(0x01, [0xff])));
    this.cert = this.#issue(this.#name, this.#keys.publicKey, [basic]);
  }

  issue({ commonName, dnsNames = [], ipAddresses = [], usages }: CertificateRequest): Certificate {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const purposes = usages.map((usage) => oid(usage === "server" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2"));
    const names = [
      ...dnsNames.map((name) => tag(0x82, Buffer.from(name, "ascii"))),
      ...ipAddresses.map((address) => tag(0x87, address.split(".").map(Number))),
    ];
    const extensions = [extension("2.5.29.37", false, sequence(...purposes))];
    if (names.length > 0) extensions.push(extension("2.5.29.17", false, sequence(...names)));
    const cert = this.#issue(distinguishedName(commonName), publicKey, extensions);
    return { cert, key: String(privateKey.export({ type: "pkcs8", format: "pem" })) };
  }

  #issue(subject: Buffer, publicKey: KeyObject, extensions: readonly Buffer[]): string {
    const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));
    const day = 24 * 3600 * 1000;
    const toBeSigned = sequence(
      tag(0xa0, integer([2])),
      integer([0x01, ...randomBytes(8)]),
      ecdsaWithSha256,
      this.#name,
      sequence(utcTime(Date.now() - day), utcTime(Date.now() + day)),
      subject,
      publicKey.export({ type: "spki", format: "der" }),
      tag(0xa3, sequence(...extensions)),
    );
    const signature = sign("sha256", toBeSigned, this.#keys.privateKey);
    const der = sequence(toBeSigned, ecdsaWithSha256, tag(0x03, Buffer.concat([Buffer.of(0), signature])));
    const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
    return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
  }
}

// DER

function tag(number: number, content: Uint8Array | readonly number[]): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([number, ...size]), Buffer.from(content)]);
}

const sequence = (...parts: readonly Buffer[]) => tag(0x30, Buffer.concat(parts));
const integer = (bytes: readonly number[]) => tag(0x02, bytes);

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tag(0x06, [first * 40 + second, ...rest.flatMap(base128)]);
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tag(0x31, sequence(oid("2.5.4.3"), tag(0x0c, Buffer.from(commonName, "utf8")))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [tag(0x01, [0xff])] : []), tag(0x04, value));
}

function utcTime(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return tag(0x17, Buffer.from(`${text}Z`, "ascii"));
}
