/** Base of what multiadmin's client throws. Messages say nothing that changes by itself: conditions repeat them. */
export class MultiadminError extends Error {
  override name = "MultiadminError";
}

/** No answer at all, or none in time. Says nothing about the database. */
export class MultiadminUnreachableError extends MultiadminError {
  override name = "MultiadminUnreachableError";

  constructor(address: string, why: string, options?: ErrorOptions) {
    super(`multiadmin at ${address} can't be reached: ${why}`, options);
  }
}

/** It answers, but not what was asked for. */
export class MultiadminRefusedError extends MultiadminError {
  override name = "MultiadminRefusedError";
  /** HTTP status: 400 for what can't be done now, 404 for what it doesn't know, 500 and more for its own trouble. */
  readonly status: number;

  constructor(
    answer: { readonly address: string; readonly request: string; readonly status: number; readonly text: string },
    options?: ErrorOptions,
  ) {
    // What it says of its own trouble has addresses and times of connections in it.
    const told = answer.status < 500 ? serverMessage(answer.text) : "";
    super(
      `multiadmin at ${answer.address} answers HTTP ${answer.status} to ${answer.request}${told && `: ${told}`}`,
      options,
    );
    this.status = answer.status;
  }
}

/** The answer isn't of the shape that its API has: something else may listen there. */
export class MultiadminMalformedError extends MultiadminError {
  override name = "MultiadminMalformedError";

  constructor(address: string, request: string, options?: ErrorOptions) {
    super(`multiadmin at ${address} answers to ${request} what isn't of its API`, options);
  }
}

const longest = 200;

/** `message` of a google.rpc.Status. */
function serverMessage(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message.slice(0, longest) : "";
  } catch {
    return "";
  }
}
