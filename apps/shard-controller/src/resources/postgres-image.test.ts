import { describe, expect, test } from "vitest";
import { bridgedPath, postgresImage } from "./postgres-image.ts";

const pgctld = "ghcr.io/multigres/pgctld:1";

describe("where pgctld comes from", () => {
  test.each([
    "ghcr.io/multigres/pgctld:lab",
    "pgctld",
    "registry:5000/team/pgctld-postgres:17.7",
    "registry:5000/my-pgctld@sha256:abc",
    "ghcr.io/multigres/pgctld:17@sha256:abc",
  ])("%s has it", (postgres) => {
    expect(postgresImage({ multipooler: "m", postgres, pgctld })).toEqual({ kind: "pgctld" });
  });

  test.each([
    "postgres:15.3",
    "postgres",
    "pgctld/postgres:17",
    "pgctld.example:5000/postgres",
    "postgres:17-pgctld",
    "postgres@sha256:pgctld",
  ])("%s gets it from images.pgctld", (postgres) => {
    expect(postgresImage({ multipooler: "m", postgres, pgctld })).toEqual({ kind: "bridge", from: pgctld });
  });

  test("an image is taken as it is when there is none to bring pgctld from", () => {
    expect(postgresImage({ multipooler: "m", postgres: "postgres:15.3" })).toEqual({ kind: "pgctld" });
  });
});

describe("PATH beside a bridge", () => {
  const programs = "/bridge:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  test.each([
    ["postgres:15.3", "15"],
    ["postgres:9", "9"],
    ["postgres:17-bookworm", "17"],
    ["registry:5000/supabase/postgres:16.1.0.147@sha256:abc", "16"],
  ])("of %s has the folder of PostgreSQL %s", (image, major) => {
    expect(bridgedPath(image, "/bridge")).toBe(`${programs}:/usr/lib/postgresql/${major}/bin`);
  });

  test.each(["postgres", "postgres:latest", "postgres@sha256:17abc", "registry:15/postgres", "postgres:20240101"])(
    "of %s has the folders of all versions, the newest first",
    (image) => {
      const folders = [18, 17, 16, 15, 14, 13].map((major) => `/usr/lib/postgresql/${major}/bin`).join(":");
      expect(bridgedPath(image, "/bridge")).toBe(`${programs}:${folders}`);
    },
  );
});
