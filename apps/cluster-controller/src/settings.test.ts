import { expect, test } from "vitest";
import { defaultImages, settings } from "./settings.ts";
import { testSettings } from "./testing/builders.ts";

test("every component's image comes from its variable", () => {
  expect(defaultImages(settings.parse(testSettings))).toEqual({
    multigateway: "default/multigateway",
    multiorch: "default/multiorch",
    multipooler: "default/multipooler",
    multiadmin: "default/multiadmin",
    postgres: "default/postgres",
    pgctld: "default/pgctld",
  });
});

test.each(Object.keys(testSettings))("without %s it doesn't start and says where values are", (name) => {
  const { error } = settings.safeParse({ ...testSettings, [name]: undefined });
  expect(error?.issues).toMatchObject([{ path: [name], message: expect.stringContaining("deploy/") }]);
});
