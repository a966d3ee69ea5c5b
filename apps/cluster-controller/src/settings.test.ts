import { expect, test } from "vitest";
import { defaultImages, settings } from "./settings.ts";
import { testSettings } from "./testing/builders.ts";

const environment = { ...testSettings, DIAL_OVERRIDES: "*-client.*.svc=127.0.0.1:2379/{host}" };

test("every component's image comes from its variable", () => {
  expect(defaultImages(settings.parse(environment))).toEqual({
    multigateway: "default/multigateway",
    multiorch: "default/multiorch",
    multipooler: "default/multipooler",
    multiadmin: "default/multiadmin",
    postgres: "default/postgres",
    pgctld: "default/pgctld",
  });
});

test.each(Object.keys(testSettings).filter((name) => name.startsWith("DEFAULT_IMAGE_")))(
  "without %s it doesn't start and says where values are",
  (name) => {
    const { error } = settings.safeParse({ ...environment, [name]: undefined });
    expect(error?.issues).toMatchObject([{ path: [name], message: expect.stringContaining("deploy/") }]);
  },
);
