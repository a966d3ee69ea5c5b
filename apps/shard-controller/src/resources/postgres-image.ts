import type { ShardSpec } from "@multigres/api-types";

/**
 * How the postgres container gets pgctld and pgBackRest.
 *
 * - `pgctld`: the image has them.
 * - `bridge`: an init container brings them from `from`.
 */
export type PostgresImage = { readonly kind: "pgctld" } | { readonly kind: "bridge"; readonly from: string };

/**
 * An image is a pgctld image if the last part of its name says so, as in `ghcr.io/multigres/pgctld:1` or
 * `registry:5000/pgctld-postgres@sha256:…`. Without an image to bring pgctld from, the given one is taken as it is.
 */
export function postgresImage({ postgres, pgctld }: ShardSpec["images"]): PostgresImage {
  if (pgctld === undefined || parse(postgres).name.includes("pgctld")) return { kind: "pgctld" };
  return { kind: "bridge", from: pgctld };
}

/** PATH of the postgres container: the bridge's programs, then the image's, and the server's where Debian keeps them. */
export function bridgedPath(image: string, bridgeDir: string): string {
  const servers = serverMajors(image).map((major) => `/usr/lib/postgresql/${major}/bin`);
  return [bridgeDir, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", ...servers].join(
    ":",
  );
}

// An env PATH replaces the image's own, which on Debian is where the folder of the server's version stands. The version
// is in the tag of most images; where it isn't, all are listed and those that the image doesn't have are skipped.
function serverMajors(image: string): readonly string[] {
  const major = /^(?<major>\d{1,2})(?!\d)/.exec(parse(image).tag)?.groups?.major;
  return major === undefined ? ["18", "17", "16", "15", "14", "13"] : [major];
}

/** The last part of an image's name and its tag; a registry's port is neither. */
function parse(image: string): { readonly name: string; readonly tag: string } {
  const [reference = ""] = image.split("@");
  const [name = "", tag = ""] = (reference.split("/").at(-1) ?? "").split(":");
  return { name, tag };
}
