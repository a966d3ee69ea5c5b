import type { AddressFailure, FailureKind } from "../errors.ts";
import type { ExchangeAnswer } from "./exchange.ts";
import { parseErrorAnswer } from "./gateway-json.ts";

const kinds: Readonly<Record<string, FailureKind>> = {
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

const messages: Readonly<Record<Exclude<FailureKind, "tls" | "timeout" | "network">, string>> = {
  dns: "the name doesn't resolve",
  refused: "the connection is refused",
  unavailable: "etcd can't serve now",
};

/** Why nothing came back. The message holds nothing that differs between attempts. */
export function connectionFailure(address: string, error: unknown): AddressFailure {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const kind = kinds[code] ?? (/^(ERR_TLS|ERR_SSL|CERT)_/.test(code) ? "tls" : "network");
  if (kind === "dns" || kind === "refused") return { address, kind, message: messages[kind] };
  if (kind === "tls") return { address, kind, message: `no TLS connection (${code})` };
  return { address, kind: "network", message: code === "" ? message : `the connection fails (${code})` };
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
    const message = answer === undefined ? `it answers HTTP ${status}` : `${messages.unavailable} (${answer.message})`;
    return { kind: "failed", failure: { address, kind: "unavailable", message } };
  }
  if (answer !== undefined) return { kind: "rejected", status, ...answer };
  // What Go's HTTPS server says to somebody who speaks plain HTTP.
  if (status === 400 && text.startsWith("Client sent an HTTP request to an HTTPS server")) {
    return { kind: "failed", failure: { address, kind: "tls", message: "it wants TLS, and none is set" } };
  }
  return { kind: "rejected", status, code: undefined, message: `HTTP ${status} that isn't from etcd's JSON gateway` };
}

function isPassing(status: number, answer: { code: number; message: string } | undefined): boolean {
  if (answer === undefined) return status === 429 || status >= 500;
  const { code, message } = answer;
  if (code === unavailable || code === deadlineExceeded) return true;
  // The same code as a full store, which only a person can help.
  return code === resourceExhausted && message.includes("too many requests");
}
