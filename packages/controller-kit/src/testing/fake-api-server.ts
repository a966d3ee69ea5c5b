import {
  createSecureServer,
  constants as http2,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { Socket } from "node:net";
import type { KubernetesObject } from "../resource.ts";
import type { ClusterAccess } from "../transport/access.ts";
import { selfSignedCertificate } from "./certificate.ts";
import { type FakeObject, FakeObjects, FakeRefusal } from "./fake-objects.ts";

/** What the server does to a request in place of serving it. */
export type Fault =
  /** Answers with a Status of this code, or with `body` as it is. */
  | {
      readonly answer: number;
      readonly reason?: string;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** GOAWAY that names the stream before this one as the last: it, and all after it, were never seen. */
  | "goaway"
  /** RST_STREAM with REFUSED_STREAM. */
  | "refuse"
  /** Serves the request, then closes the TCP connection before the answer is out. */
  | "reset-after"
  /** Closes the TCP connection at once. */
  | "reset"
  /** Sends headers and half a body, then resets the stream. */
  | "cut-body"
  /** Never answers. */
  | "hang";

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An open watch, as the server sees it. */
export interface FakeWatch {
  readonly request: RecordedRequest;
  /** Sends a line as it is. */
  send(line: string): void;
  /** Ends the answer in good order. */
  end(): void;
  /** Resets the stream, in the middle of a line if there is text. */
  cut(text?: string): void;
}

interface PlannedFault {
  readonly matches: (request: RecordedRequest) => boolean;
  readonly fault: Fault;
  left: number;
}

export interface FakeApiServerOptions {
  /** False: only HTTP/1.1 is spoken. */
  readonly http2?: boolean;
  /** False: `sendInitialEvents` is refused with 400, as by servers before WatchList. */
  readonly watchList?: boolean;
  /** Requests without one of these bearer tokens get 401. Unset: no check. */
  readonly tokens?: Set<string>;
}

type Request = Http2ServerRequest;
type Response = Http2ServerResponse;

/**
 * An API server in this process, on loopback and over TLS, for what a real one can't be made to do. It knows any kind
 * of resource, namespaced or not.
 */
export class FakeApiServer {
  readonly objects = new FakeObjects();
  readonly requests: RecordedRequest[] = [];
  readonly watches = new Set<FakeWatch>();
  /** Resources that answer 404, for example `multigres.com/v1alpha1/cells`: their CRD isn't there. */
  readonly missing = new Set<string>();
  readonly access: ClusterAccess;
  /** TLS connections accepted so far. */
  connections = 0;
  readonly #options: FakeApiServerOptions;
  readonly #faults: PlannedFault[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: ReturnType<typeof createSecureServer>;

  private constructor(options: FakeApiServerOptions, server: ReturnType<typeof createSecureServer>, cert: string) {
    this.#options = options;
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.access = {
      server: `https://127.0.0.1:${port}`,
      tls: async () => ({ ca: cert }),
      headers: async () => ({}),
      refresh: () => undefined,
      authenticatesByCertificate: () => false,
    };
    server.on("secureConnection", (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on("session", (session: Http2Session) => session.on("error", () => undefined));
    server.on("request", (request: Request, response: Response) => void this.#serve(request, response));
  }

  static async start(options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
    const { key, cert } = selfSignedCertificate();
    const server = createSecureServer({
      key,
      cert,
      allowHTTP1: true,
      ...(options.http2 === false && { ALPNProtocols: ["http/1.1"] }),
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FakeApiServer(options, server, cert);
  }

  /** The next `times` requests that match meet the fault. */
  fail(matches: (request: RecordedRequest) => boolean, fault: Fault, times = 1): void {
    this.#faults.push({ matches, fault, left: times });
  }

  /** From now on no fault is met. */
  heal(): void {
    this.#faults.length = 0;
    this.missing.clear();
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.dropConnections();
    await closed;
  }

  async #serve(request: Request, response: Response): Promise<void> {
    response.on("error", () => undefined);
    request.on("error", () => undefined);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const url = new URL(request.url, "https://fake");
    const recorded: RecordedRequest = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    this.requests.push(recorded);
    const planned = this.#faults.find(({ matches, left }) => left > 0 && matches(recorded));
    if (planned) {
      planned.left -= 1;
      this.#meet(planned.fault, recorded, request, response);
      return;
    }
    this.#answer(recorded, response);
  }

  #meet(fault: Fault, recorded: RecordedRequest, request: Request, response: Response): void {
    if (typeof fault === "object") {
      const { answer: code, reason = "", headers = {}, body } = fault;
      response.writeHead(code, { "content-type": "application/json", ...headers });
      response.end(body ?? JSON.stringify(statusOf(code, reason, `fault ${code}`)));
      return;
    }
    const { stream } = request;
    switch (fault) {
      case "goaway": {
        const id = stream.id ?? 1;
        stream.session?.goaway(http2.NGHTTP2_NO_ERROR, Math.max(1, id - 2));
        // Node can't name stream 0 as the last one, when this stream is the first.
        stream.close(http2.NGHTTP2_REFUSED_STREAM);
        return;
      }
      case "refuse":
        stream.close(http2.NGHTTP2_REFUSED_STREAM);
        return;
      case "reset":
        request.socket.destroy();
        return;
      case "reset-after":
        this.#perform(recorded);
        request.socket.destroy();
        return;
      case "cut-body":
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"kind":"Cut","items":[');
        setTimeout(() => (stream ? stream.close(http2.NGHTTP2_INTERNAL_ERROR) : request.socket.destroy()), 5);
        return;
      case "hang":
        return;
      default:
        fault satisfies never;
    }
  }

  #answer(recorded: RecordedRequest, response: Response): void {
    try {
      this.#authenticate(recorded);
      if (recorded.query.get("watch") === "true") {
        this.#watch(recorded, response);
        return;
      }
      const { code, body } = this.#perform(recorded);
      response.writeHead(code, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    } catch (error) {
      if (!(error instanceof FakeRefusal)) throw error;
      response.writeHead(error.code, { "content-type": "application/json" });
      response.end(JSON.stringify(statusOf(error.code, error.reason, error.message)));
    }
  }

  #authenticate({ headers }: RecordedRequest): void {
    const { tokens } = this.#options;
    const token = String(headers.authorization ?? "").replace(/^Bearer /, "");
    if (tokens && !tokens.has(token)) throw new FakeRefusal(401, "Unauthorized", "Unauthorized");
  }

  #perform(recorded: RecordedRequest): { code: number; body: unknown } {
    const { resource, namespace, name, subresource } = this.#locate(recorded.path);
    const sent = recorded.body ? (JSON.parse(recorded.body) as KubernetesObject) : {};
    switch (recorded.method) {
      case "GET": {
        if (name) return { code: 200, body: this.objects.get(resource, namespace, name) };
        const items = this.objects.list(resource, namespace).filter(selects(recorded.query));
        // As in real lists, items don't say what they are.
        const bare = items.map((item) => ({ ...item, apiVersion: undefined, kind: undefined }));
        const metadata = { resourceVersion: String(this.objects.version) };
        return { code: 200, body: { kind: "List", metadata, items: bare } };
      }
      case "POST":
        return { code: 201, body: this.objects.create(resource, namespace, sent) };
      case "PUT":
        return { code: 200, body: this.objects.replace(resource, namespace, sent) };
      case "PATCH": {
        const apply = String(recorded.headers["content-type"]).startsWith("application/apply-patch");
        const patch = subresource === "status" ? ({ status: (sent as FakeObject).status } as KubernetesObject) : sent;
        return { code: 200, body: this.objects.merge(resource, namespace, name, patch, apply && !subresource) };
      }
      case "DELETE": {
        const { uid } = (sent as { preconditions?: { uid?: string } }).preconditions ?? {};
        this.objects.delete(resource, namespace, name, uid);
        return { code: 200, body: { kind: "Status", status: "Success" } };
      }
      default:
        throw new FakeRefusal(405, "MethodNotAllowed", recorded.method);
    }
  }

  #watch(recorded: RecordedRequest, response: Response): void {
    const { resource, namespace } = this.#locate(recorded.path);
    const initial = recorded.query.get("sendInitialEvents") === "true";
    if (initial && this.#options.watchList === false) {
      throw new FakeRefusal(400, "BadRequest", "sendInitialEvents is forbidden");
    }
    const matches = selects(recorded.query);
    const isMine = (object: FakeObject) => (!namespace || object.metadata.namespace === namespace) && matches(object);
    const past = initial ? [] : this.objects.since(Number(recorded.query.get("resourceVersion") ?? 0));
    response.writeHead(200, { "content-type": "application/json" });
    const send = (line: string) => response.write(`${line}\n`);
    const event = (type: string, object: unknown) => send(JSON.stringify({ type, object }));
    const watch: FakeWatch = {
      request: recorded,
      send,
      end: () => response.end(),
      cut: (text) => {
        if (text) response.write(text);
        const { stream } = response;
        setTimeout(() => (stream ? stream.close(http2.NGHTTP2_INTERNAL_ERROR) : response.socket?.destroy()), 5);
      },
    };
    if (initial) {
      for (const object of this.objects.list(resource, namespace)) if (isMine(object)) event("ADDED", object);
      event("BOOKMARK", {
        metadata: {
          resourceVersion: String(this.objects.version),
          annotations: { "k8s.io/initial-events-end": "true" },
        },
      });
    }
    for (const { type, object, resource: of } of past) if (of === resource && isMine(object)) event(type, object);
    const forget = this.objects.onEvent((change) => {
      if (change.resource === resource && isMine(change.object)) event(change.type, change.object);
    });
    this.watches.add(watch);
    response.once("close", () => {
      forget();
      this.watches.delete(watch);
    });
  }

  /** @throws FakeRefusal 404 for missing resources */
  #locate(path: string): { resource: string; namespace: string; name: string; subresource: string | undefined } {
    const [root, ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
    const groupVersion = rest.splice(0, root === "api" ? 1 : 2).join("/");
    const namespace = rest[0] === "namespaces" && rest.length > 2 ? (rest.splice(0, 2)[1] ?? "") : "";
    const [plural = "", name = "", subresource] = rest;
    const resource = `${groupVersion}/${plural}`;
    if (this.missing.has(resource)) throw new FakeRefusal(404, "NotFound", "404 page not found");
    return { resource, namespace, name, subresource };
  }
}

function selects(query: URLSearchParams): (object: FakeObject) => boolean {
  const wanted = (query.get("labelSelector") ?? "").split(",").filter(Boolean);
  const fields = (query.get("fieldSelector") ?? "").split(",").filter(Boolean);
  return (object) =>
    wanted.every((term) => {
      const [key = "", value] = term.split("=");
      const actual = object.metadata.labels?.[key];
      return value === undefined ? actual !== undefined : actual === value;
    }) && fields.every((term) => term === `metadata.name=${object.metadata.name}`);
}

function statusOf(code: number, reason: string, message: string): object {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message };
}
