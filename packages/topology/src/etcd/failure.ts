import type { AddressFailure } from "../errors.ts";
import type { ExchangeAnswer } from "./exchange.ts";
import { parseErrorAnswer } from "./gateway-json.ts";

const kinds: Readonly<Record<string, "dns" | "refused" | "tls">> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ECONNREFUSED: "refused",
  EPROTO: "tls",
  UNABLE_TO_GET_ISSUER_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
};

/** Why nothing came back. The message holds nothing that differs between attempts: conditions repeat it. */
export function connectionFailure(address: string, error: unknown): AddressFailure {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const kind = kindOf(code, message);
  switch (kind) {
    case "dns":
      return { address, kind, message: `the name doesn't resolve${hintFor(address)}` };
    case "refused":
      return { address, kind, message: "the connection is refused" };
    case "tls":
      return { address, kind, message: `no TLS connection (${code})` };
    case "network":
      return { address, kind, message: networkMessage(code, message) };
  }
}

function hintFor(address: string): string {
  return address.includes(".svc:") ? "; names of Services do so only in pods: elsewhere set DIAL_OVERRIDES" : "";
}

function kindOf(code: string, message: string): "dns" | "refused" | "tls" | "network" {
  // What an etcd without TLS does with the first bytes of a TLS connection.
  if (message.includes("before secure TLS connection")) return "tls";
  return kinds[code] ?? (/^(ERR_TLS|ERR_SSL|CERT)_/.test(code) ? "tls" : "network");
}

function networkMessage(code: string, message: string): string {
  if (code === "ECONNRESET") return "the connection is cut (an etcd with TLS does that to a client without)";
  return code === "" ? message : `the connection fails (${code})`;
}

export function timeoutFailure(address: string, timeoutMs: number): AddressFailure {
  return { address, kind: "timeout", message: `no answer within ${timeoutMs} ms` };
}

/** What an answer amounts to. */
export type Outcome =
  | { readonly kind: "answered"; readonly text: string }
  /** Another address, or a later moment, may do better. */
  | { readonly kind: "failed"; readonly failure: AddressFailure; readonly cause?: unknown }
  | {
      readonly kind: "rejected";
      /** HTTP status. */
      readonly status: number;
      /** gRPC code, where etcd gave one. */
      readonly code: number | undefined;
      readonly message: string;
    };

// gRPC codes
const deadlineExceeded = 4;
const resourceExhausted = 8;
const unavailable = 14;

/** Judges an answer by its status and, where it is etcd's own, by its gRPC code. */
export function judgeAnswer(address: string, { status, text }: ExchangeAnswer): Outcome {
  if (status === 200) return { kind: "answered", text };
  const answer = parseErrorAnswer(text);
  if (isPassing(status, answer)) {
    return { kind: "failed", failure: { address, kind: "unavailable", message: passingMessage(status, answer) } };
  }
  if (answer !== undefined) return { kind: "rejected", status, ...answer };
  return { kind: "rejected", status, code: undefined, message: `HTTP ${status} that isn't from etcd's JSON gateway` };
}

function passingMessage(status: number, answer: { message: string } | undefined): string {
  if (answer === undefined) return `it answers HTTP ${status}`;
  if (answer.message.startsWith("etcdserver: ")) return `etcd can't serve now (${answer.message})`;
  // The gateway is a client of its own etcd, and shows the server's certificate. What it says names passing ports.
  return "etcd's JSON gateway gets no answer from etcd; if etcd checks client certificates, its own must be good for clients too (extended key usage clientAuth, or --client-cert-file)";
}

function isPassing(status: number, answer: { code: number; message: string } | undefined): boolean {
  if (answer === undefined) return status === 429 || status >= 500;
  const { code, message } = answer;
  if (code === unavailable || code === deadlineExceeded) return true;
  // The same code as a full store, which only a person can help.
  return code === resourceExhausted && message.includes("too many requests");
}
