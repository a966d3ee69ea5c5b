import { describe, expect, it } from "vitest";
import { InvalidSettingError } from "./errors.ts";
import { componentFolders, Keys } from "./keys.ts";
import { fixtures } from "./testing/fixtures.ts";

const keys = new Keys("/multigres/global");

describe("Keys", () => {
  it.each(fixtures("Cell"))("of a Cell record are Multigres' own: $key", ({ key }) => {
    expect(keys.cell(key.split("/")[1] ?? "")).toBe(`/multigres/global/${key}`);
  });

  it.each(fixtures("Database"))("of a Database record are Multigres' own: $key", ({ key }) => {
    const whole = `/multigres/global/${key}`;
    expect(keys.database(key.split("/")[1] ?? "")).toBe(whole);
    expect(keys.databaseOf(whole)).toBe(key.split("/")[1]);
  });

  it.each(fixtures("Multipooler", "Multigateway", "Multiorch"))("of components are recognised: $key", ({ key }) => {
    const whole = `/multigres/global/${key}`;
    expect(componentFolders.filter((folder) => keys.isComponent(whole, folder))).toEqual([key.split("/")[0]]);
  });

  it.each(["/multigres/global", "/multigres/global/", "/multigres//global", "/multigres/x/../global"])(
    "a root is normalised as Multigres does it: %s",
    (root) => {
      expect(new Keys(root).cell("z1")).toBe("/multigres/global/cells/z1/Cell");
      expect(new Keys(root).databases()).toBe("/multigres/global/databases/");
    },
  );

  it.each(["", ".", "..", "a/b", "/"])("a name that would lead elsewhere is refused: %j", (name) => {
    expect(() => keys.cell(name)).toThrow(InvalidSettingError);
    expect(() => keys.database(name)).toThrow(InvalidSettingError);
  });

  it("an empty root is refused", () => {
    expect(() => new Keys("")).toThrow(InvalidSettingError);
  });

  it("only shards' claims are taken for such", () => {
    const isClaim = (path: string) => keys.isShardInitClaim(`/multigres/global/databases/${path}`, "prod_db");
    expect(isClaim("prod_db/default/0-inf/ShardInitClaim")).toBe(true);
    expect(isClaim("prod_db/Database")).toBe(false);
    expect(isClaim("prod_db/default/0-inf/locks/7587890")).toBe(false);
    expect(isClaim("prod_db2/default/0-inf/ShardInitClaim")).toBe(false);
    expect(isClaim("prod_db/ShardInitClaim")).toBe(false);
  });

  it("of our own are in no folder, and begin with no prefix, that Multigres lists or watches", () => {
    const ours = [keys.globalClaim(), keys.cellClaim(), keys.cellMark("z1"), keys.databaseMark("prod_db")];
    for (const folder of ["cells", "databases", "poolers", "gateways", "orchs", "backups"]) {
      expect(ours.filter((key) => key.startsWith(`/multigres/global/${folder}`))).toEqual([]);
    }
    expect(new Set(ours).size).toBe(ours.length);
  });
});
