import { z } from "zod";

/** The environment isn't usable; the message names each variable that is wrong. */
export class ConfigError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ConfigError";
  }
}

const port = z.coerce.number({ error: "must be a port number" }).int().min(0).max(65_535);

function fromPod(field: string): z.ZodString {
  return z.string({ error: `take it from the pod's ${field}` }).min(1);
}

const kitSettings = z.object({
  POD_NAME: fromPod("metadata.name").describe("Identity in Leases and Events."),
  POD_NAMESPACE: fromPod("metadata.namespace").describe("Where the Lease is."),
  WATCH_NAMESPACE: z.string().default("").describe("Empty: all namespaces."),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  METRICS_PORT: port.default(8080).describe("0: a free port."),
  HEALTH_PORT: port.default(8081).describe("May be METRICS_PORT: then one server answers both."),
  LEADER_ELECTION: z
    .enum(["true", "false"])
    .default("true")
    .transform((value) => value === "true"),
  KUBERNETES_CLUSTER_ID: z
    .string()
    .max(253)
    .optional()
    .describe(
      "Tells Kubernetes clusters apart that write to one etcd. Unset: from the API server's certificate authority.",
    ),
  WORKERS: z.coerce.number().int().min(1).max(64).default(4).describe("Reconciles under way at a time."),
});

/** What every controller reads from its environment. */
export type KitSettings = z.output<typeof kitSettings>;

/**
 * Reads settings from the environment, once, at the start. Empty values count as unset.
 * @param settings the app's own variables
 * @throws ConfigError that names each wrong variable
 */
export function readConfig<Settings>(
  env: Readonly<Record<string, string | undefined>>,
  settings: z.ZodType<Settings>,
): { readonly kit: KitSettings; readonly app: Settings } {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const kit = kitSettings.safeParse(given);
  const app = settings.safeParse(given);
  if (kit.success && app.success) return { kit: kit.data, app: app.data };
  const issues = [...(kit.error?.issues ?? []), ...(app.error?.issues ?? [])];
  const lines = issues.map(({ path, message }) => {
    const name = String(path[0] ?? "");
    const what = given[name] === undefined ? `${name} is not set` : `${name}=${JSON.stringify(given[name])}`;
    // zod's own words say of an absent variable only that it is absent.
    return given[name] === undefined && message.startsWith("Invalid input") ? what : `${what}: ${message}`;
  });
  throw new ConfigError([...new Set(lines)].join("; "), { cause: kit.error ?? app.error });
}
