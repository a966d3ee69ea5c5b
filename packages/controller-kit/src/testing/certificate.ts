import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A key with a certificate that it signed itself, in PEM. */
export interface SelfSigned {
  readonly key: string;
  /** Also the CA to trust. */
  readonly cert: string;
}

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
};

// RFC 5280; object identifiers in their DER form.
const commonName = Buffer.from("550403", "hex");
const subjectAltName = Buffer.from("551d11", "hex");
const basicConstraints = Buffer.from("551d13", "hex");
const ecdsaWithSha256 = Buffer.from("2a8648ce3d040302", "hex");

/**
 * A certificate for `localhost` and `127.0.0.1`, valid for a day. Node can read certificates but not issue them, and a
 * committed one would run out.
 */
export function selfSignedCertificate(now: Date = new Date()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(tags.sequence, der(tags.oid, ecdsaWithSha256));
  const name = der(
    tags.sequence,
    der(tags.set, der(tags.sequence, der(tags.oid, commonName), der(tags.utf8, Buffer.from("fake-api-server")))),
  );
  const hour = 3_600_000;
  const validity = der(tags.sequence, time(new Date(now.getTime() - hour)), time(new Date(now.getTime() + 24 * hour)));
  const names = der(
    tags.sequence,
    der(0x82, Buffer.from("localhost")), // [2] dNSName
    der(0x87, Buffer.from([127, 0, 0, 1])), // [7] iPAddress
  );
  const isAuthority = der(tags.sequence, der(tags.boolean, Buffer.from([0xff])));
  const extensions = der(
    0xa3, // [3] extensions
    der(
      tags.sequence,
      der(tags.sequence, der(tags.oid, subjectAltName), der(tags.octets, names)),
      der(tags.sequence, der(tags.oid, basicConstraints), der(tags.octets, isAuthority)),
    ),
  );
  const body = der(
    tags.sequence,
    der(0xa0, der(tags.integer, Buffer.from([2]))), // [0] version 3
    der(tags.integer, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    extensions,
  );
  const signature = der(tags.bits, Buffer.from([0]), sign("sha256", body, privateKey));
  const certificate = der(tags.sequence, body, algorithm, signature);
  const lines = certificate
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")
    .trimEnd();
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const hex = bytes.toString(16);
  const digits = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits]);
}

function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(tags.time, Buffer.from(`${digits}Z`));
}
