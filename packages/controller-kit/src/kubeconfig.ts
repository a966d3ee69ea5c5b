import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import type { ClusterAccess } from "./transport/access.ts";
import type { TlsMaterial } from "./transport/http.ts";

/** The kubeconfig can't be read, or asks for what isn't supported. */
export class KubeconfigError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "KubeconfigError";
  }
}

export interface KubeconfigOptions {
  /** Fills a fresh KubeConfig; called again whenever the server refuses our credentials. */
  readonly load?: (config: KubeConfig) => void;
  /** Milliseconds on a monotonic scale. */
  readonly now?: () => number;
}

export interface KubeconfigAccess extends ClusterAccess {
  readonly namespace: string;
  /** Of the API server, in PEM, as it was at the start; undefined where Node.js' own are meant. */
  readonly certificateAuthority: string | undefined;
}

/** How long headers are reused before token files and exec plug-ins are asked again. client-go re-reads files as often. */
const headersLiveMs = 30_000;

interface Loaded {
  readonly config: KubeConfig;
  headers: { readonly value: Readonly<Record<string, string>>; readonly readAt: number } | undefined;
}

/**
 * Access by `KUBECONFIG`, `~/.kube/config` or the pod's ServiceAccount, in this order. Tokens (files, exec plug-ins,
 * OIDC) come from client-node's KubeConfig, which only serves that purpose here.
 *
 * @throws KubeconfigError when no cluster is named, when it is behind a proxy, or when its authority can't be read.
 */
export function loadKubeconfig(options: KubeconfigOptions = {}): KubeconfigAccess {
  const now = options.now ?? (() => performance.now());
  const load = options.load ?? ((config: KubeConfig) => config.loadFromDefault());
  let loaded = read(load);
  const { server } = clusterOf(loaded.config);

  async function credentials(): Promise<RequestOptions> {
    const https: RequestOptions = {};
    try {
      await loaded.config.applyToHTTPSOptions(https);
    } catch (cause) {
      throw new KubeconfigError("can't get credentials for the API server", { cause });
    }
    return https;
  }

  return {
    server,
    certificateAuthority: certificateAuthorityOf(loaded.config),
    namespace: loaded.config.getContextObject(loaded.config.getCurrentContext())?.namespace ?? "default",
    async tls() {
      return pickTls(await credentials());
    },
    async headers() {
      const cached = loaded.headers;
      if (cached && now() - cached.readAt < headersLiveMs) return cached.value;
      const current = loaded;
      const value = pickHeaders(await credentials());
      const same = cached && JSON.stringify(cached.value) === JSON.stringify(value) ? cached.value : value;
      current.headers = { value: same, readAt: now() };
      return same;
    },
    refresh(used) {
      if (loaded.headers && loaded.headers.value !== used) return;
      try {
        // client-node's authenticators have caches that can't be emptied; a new KubeConfig has none.
        loaded = read(load);
      } catch {
        // A kubeconfig that is being rewritten: what we have stays, the next 401 tries again.
        loaded.headers = undefined;
      }
    },
    authenticatesByCertificate: () => {
      const user = loaded.config.getCurrentUser();
      return Boolean(user && (user.certData || user.certFile || user.exec));
    },
  };
}

function read(load: (config: KubeConfig) => void): Loaded {
  const config = new KubeConfig();
  try {
    load(config);
  } catch (cause) {
    throw new KubeconfigError("can't read the kubeconfig", { cause });
  }
  clusterOf(config);
  return { config, headers: undefined };
}

function clusterOf(config: KubeConfig): { server: string } {
  const cluster = config.getCurrentCluster();
  // What client-node makes up when there is neither a kubeconfig nor a ServiceAccount.
  if (cluster?.server === "http://localhost:8080") {
    throw new KubeconfigError("no cluster to talk to: set KUBECONFIG, or run in a pod with a ServiceAccount");
  }
  if (!cluster?.server) throw new KubeconfigError("the kubeconfig's current context names no cluster");
  if (cluster.proxyUrl) throw new KubeconfigError(`cluster ${cluster.name} has a proxy-url, which isn't supported`);
  return { server: cluster.server.replace(/\/+$/, "") };
}

function certificateAuthorityOf(config: KubeConfig): string | undefined {
  const { caData, caFile } = config.getCurrentCluster() ?? {};
  if (caData) return Buffer.from(caData, "base64").toString();
  if (!caFile) return undefined;
  try {
    return readFileSync(caFile, "utf8");
  } catch (cause) {
    throw new KubeconfigError("can't read the API server's certificate authority", { cause });
  }
}

function pickTls(https: RequestOptions): TlsMaterial {
  const { ca, cert, key, rejectUnauthorized } = https;
  const servername = "servername" in https ? https.servername : undefined;
  return {
    ...(ca && { ca: ca as string | Buffer }),
    ...(cert && { cert: cert as string | Buffer }),
    ...(key && { key: key as string | Buffer }),
    ...(typeof servername === "string" && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

function pickHeaders(https: RequestOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(https.headers ?? {})) {
    if (value !== undefined) headers[key.toLowerCase()] = String(value).trim();
  }
  if (typeof https.auth === "string") headers.authorization = `Basic ${Buffer.from(https.auth).toString("base64")}`;
  return headers;
}
