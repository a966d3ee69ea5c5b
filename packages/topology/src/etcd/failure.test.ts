import { describe, expect, it } from "vitest";
import { connectionFailure, judgeAnswer } from "./failure.ts";

const etcd = (code: number, message: string) => JSON.stringify({ code, message });

describe("judgeAnswer", () => {
  it.each([
    ["no leader", 503, etcd(14, "etcdserver: no leader"), "unavailable"],
    ["time ran out in etcd", 504, etcd(4, "context deadline exceeded"), "unavailable"],
    ["too many requests", 429, etcd(8, "etcdserver: too many requests"), "unavailable"],
    ["a proxy without a backend", 502, "<html>", "unavailable"],
  ])("%s may pass", (_, status, text, kind) => {
    expect(judgeAnswer("a:1", { status, text })).toMatchObject({ kind: "failed", failure: { address: "a:1", kind } });
  });

  it.each([
    ["no rights", 403, etcd(7, "etcdserver: permission denied"), 7],
    ["a full store", 429, etcd(8, "etcdserver: mvcc: database space exceeded"), 8],
    ["a request that is too large", 400, etcd(3, "etcdserver: request is too large"), 3],
    ["an etcd without the gateway", 404, "404 page not found", undefined],
  ])("%s doesn't", (_, status, text, code) => {
    expect(judgeAnswer("a:1", { status, text })).toMatchObject({ kind: "rejected", status, code });
  });

  it.each([
    [
      "x-client.n1.svc:2379",
      "the name doesn't resolve; names of Services do so only in pods: elsewhere set DIAL_OVERRIDES",
    ],
    ["etcd.example.com:2379", "the name doesn't resolve"],
  ])("%s that doesn't resolve", (address, message) => {
    const error = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    expect(connectionFailure(address, error)).toEqual({ address, kind: "dns", message });
  });

  it("a message with passing ports isn't repeated", () => {
    const text = etcd(14, "write tcp 127.0.0.1:53620->127.0.0.1:22341: write: broken pipe");
    expect(JSON.stringify(judgeAnswer("a:1", { status: 503, text }))).not.toContain("53620");
  });

  it("an answer is handed on as it is", () => {
    expect(judgeAnswer("a:1", { status: 200, text: "{}" })).toEqual({ kind: "answered", text: "{}" });
  });
});

describe("connectionFailure", () => {
  it("a connection that ends before TLS is agreed on is of kind tls", () => {
    const message = "Client network socket disconnected before secure TLS connection was established";
    const error = Object.assign(new Error(message), { code: "ECONNRESET" });
    expect(connectionFailure("a:1", error)).toMatchObject({ kind: "tls" });
  });

  it.each([
    ["ENOTFOUND", "dns"],
    ["EAI_AGAIN", "dns"],
    ["ECONNREFUSED", "refused"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["ECONNRESET", "network"],
  ])("%s is of kind %s", (code, kind) => {
    const failure = connectionFailure("a:1", Object.assign(new Error("at 10.0.0.7 port 51234"), { code }));
    expect(failure).toMatchObject({ address: "a:1", kind });
    // Conditions with it must not change from attempt to attempt.
    expect(failure.message).not.toContain("51234");
  });
});
