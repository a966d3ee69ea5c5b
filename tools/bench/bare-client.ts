import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import type { ControlPlane } from "../control-plane/index.ts";
import { deferred } from "./deferred.ts";

/** The API server's answer wasn't 2xx. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = "RefusedError";
    this.status = status;
  }
}

export interface LiveObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
    readonly managedFields?: readonly { readonly manager?: string }[];
  };
  readonly [field: string]: unknown;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: LiveObject;
}

export interface Watching {
  /** Resolves when everything that exists has been told of; rejects when the watch breaks. */
  readonly synced: Promise<void>;
  /** Rejects when the watch breaks; never resolves. */
  readonly broken: Promise<never>;
  stop(): void;
}

const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
} as const;

/**
 * The least that a client of the API server can be: one HTTP/2 connection, no retries, no cache. The benchmark measures
 * against it, so it must not share code with the controllers: it would get faster and slower with them.
 */
export class BareClient {
  readonly #plane: Pick<ControlPlane, "server" | "certificateAuthority" | "adminToken">;
  #session: ClientHttp2Session;

  constructor(plane: Pick<ControlPlane, "server" | "certificateAuthority" | "adminToken">) {
    this.#plane = plane;
    this.#session = this.#connect();
  }

  get(path: string): Promise<unknown> {
    return this.#exchange("GET", path);
  }

  /** The objects of a list, which don't say of themselves what they are. */
  async list(path: string): Promise<LiveObject[]> {
    const list = (await this.get(path)) as { apiVersion: string; kind: string; items: LiveObject[] | null };
    const kind = list.kind.replace(/List$/, "");
    return (list.items ?? []).map((item) => ({ apiVersion: list.apiVersion, kind, ...item }));
  }

  async post(path: string, body: unknown): Promise<LiveObject> {
    return (await this.#exchange("POST", path, body, "application/json")) as LiveObject;
  }

  async patch(path: string, type: keyof typeof patchTypes, body: unknown): Promise<LiveObject> {
    return (await this.#exchange("PATCH", path, body, patchTypes[type])) as LiveObject;
  }

  async delete(path: string): Promise<void> {
    await this.#exchange("DELETE", path);
  }

  /** A watch that the server ends, as it does with readers that lag, goes on from where it was. */
  watch(path: string, onEvent: (event: WatchEvent) => void): Watching {
    let stopped = false;
    let stream: ClientHttp2Stream;
    let resourceVersion: string | undefined;
    const synced = deferred<void>();
    const broken = deferred<never>();
    const fail = (why: string) => {
      stopped = true;
      const error = new Error(`the watch of ${path} ${why}`);
      broken.reject(error);
      synced.reject(error);
    };
    const open = () => {
      const from =
        resourceVersion === undefined
          ? "sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
          : `resourceVersion=${resourceVersion}`;
      const query = `watch=1&${from}&allowWatchBookmarks=true&timeoutSeconds=86400`;
      stream = this.#stream("GET", `${path}${path.includes("?") ? "&" : "?"}${query}`);
      stream.on("response", ({ ":status": status }) => {
        if (status !== 200) fail(`was answered ${status}`);
      });
      stream.on("error", (error) => fail(`broke: ${error.message}`));
      stream.on("close", () => {
        if (!stopped && resourceVersion === undefined) fail("ended before it told everything");
        if (!stopped) open();
      });
      readLines(stream, (line) => {
        if (stopped) return;
        const event = JSON.parse(line) as WatchEvent;
        if (event.type === "ERROR") return fail(`ended: ${line.slice(0, 500)}`);
        const complete = event.object.metadata.annotations?.["k8s.io/initial-events-end"] === "true";
        if (complete) synced.resolve();
        // The initial events come in no order of versions.
        if (complete || resourceVersion !== undefined) resourceVersion = event.object.metadata.resourceVersion;
        if (event.type !== "BOOKMARK") onEvent(event);
      });
    };
    open();
    return {
      synced: synced.promise,
      broken: broken.promise,
      stop: () => {
        stopped = true;
        stream.close();
      },
    };
  }

  close(): void {
    this.#session.destroy();
  }

  #connect(): ClientHttp2Session {
    const { server, certificateAuthority } = this.#plane;
    const session = connect(server, { ca: certificateAuthority, settings: { initialWindowSize: 1 << 20 } });
    session.once("connect", () => session.setLocalWindowSize(1 << 24));
    // Whoever waits for an answer is told by its stream.
    session.on("error", () => {});
    return session;
  }

  #stream(method: string, path: string, body?: unknown, contentType?: string): ClientHttp2Stream {
    // The server ends connections that were idle for a while.
    if (this.#session.closed || this.#session.destroyed) this.#session = this.#connect();
    const stream = this.#session.request(
      {
        ":method": method,
        ":path": path,
        accept: "application/json",
        authorization: `Bearer ${this.#plane.adminToken}`,
        "user-agent": "multigres-bench",
        ...(contentType && { "content-type": contentType }),
      },
      { endStream: body === undefined },
    );
    if (body !== undefined) stream.end(JSON.stringify(body));
    return stream;
  }

  #exchange(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const stream = this.#stream(method, path, body, contentType);
      const chunks: Buffer[] = [];
      let status = 0;
      stream.on("response", (headers) => {
        status = headers[":status"] ?? 0;
      });
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", reject);
      stream.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (status >= 200 && status < 300) resolve(JSON.parse(text));
        else reject(new RefusedError(`${method} ${path}: ${status} ${text.slice(0, 500)}`, status));
      });
    });
  }
}

function readLines(stream: ClientHttp2Stream, onLine: (line: string) => void): void {
  let rest: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      onLine(Buffer.concat([...rest, chunk.subarray(start, end)]).toString());
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  });
}
