import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { InvalidSettingError } from "../errors.ts";
import { secureContext } from "./client-tls.ts";

const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });

describe("secureContext", () => {
  it.each([
    ["a certificate without a key", { cert: "x" }],
    ["a key without a certificate", { key: String(key) }],
    ["an authority that is none", { ca: "secret" }],
    ["a certificate that is none", { cert: "secret", key: String(key) }],
  ])("%s is refused, and not shown", (_, tls) => {
    const use = () => secureContext(tls);
    expect(use).toThrow(InvalidSettingError);
    expect(use).not.toThrow("secret");
  });

  it("nothing set trusts what Node.js trusts", () => {
    expect(() => secureContext({})).not.toThrow();
  });
});
