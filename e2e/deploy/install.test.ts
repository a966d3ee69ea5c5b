import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { KubectlResult } from "@multigres/tools/control-plane";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { admissionServer } from "../admission/admission-server.ts";
import { eventually } from "../support/eventually.ts";
import { type ControllerName, controllerNames } from "./controllers.ts";
import { deployFolder } from "./rendered.ts";

const server = admissionServer(inject("sharedApiServer"));
/** A user's own overlay: the default one with the network policies. */
let overlay: string;

beforeAll(async () => {
  overlay = await mkdtemp(join(tmpdir(), "multigres-overlay-"));
  const here = (folder: string) => relative(overlay, join(deployFolder, folder));
  await writeFile(
    join(overlay, "kustomization.yaml"),
    JSON.stringify({ resources: [here("overlays/default")], components: [here("components/network-policies")] }),
  );
});
afterAll(async () => {
  if (overlay) await rm(overlay, { recursive: true });
});

/** Success without a warning: of Pod Security, of deprecated versions, of unknown fields. */
const clean = { code: 0, stderr: "" } satisfies Partial<KubectlResult>;

describe("installing", () => {
  test("works with client-side and server-side apply, again and again", async () => {
    expect(await server.kubectl(["apply", "-k", join(deployFolder, "overlays/default")])).toMatchObject(clean);
    expect(
      await server.kubectl(["apply", "--server-side", "-k", join(deployFolder, "overlays/default")]),
    ).toMatchObject(clean);
    expect(
      await server.kubectl(["apply", "--server-side", "-k", join(deployFolder, "overlays/default")]),
    ).toMatchObject(clean);
  });

  test("gives every controller a pod that a restricted namespace admits", async () => {
    const waits = controllerNames.map((name) =>
      server.kubectl([
        "-n",
        "multigres-system",
        "wait",
        "--for=jsonpath={.status.replicas}=1",
        "--timeout=120s",
        `deployment/${name}`,
      ]),
    );
    expect((await Promise.all(waits)).filter(({ code }) => code !== 0)).toEqual([]);
  });

  test("works with network policies, which select the controllers' pods", async () => {
    expect(await server.kubectl(["apply", "--server-side", "-k", overlay])).toMatchObject(clean);
    for (const policy of ["multigres-controllers", "multigres-topology-clients"]) {
      const { stdout } = await server.kubectl(["-n", "multigres-system", "get", "networkpolicy", policy, "-o", "json"]);
      expect(JSON.parse(stdout)).toMatchObject({ spec: { policyTypes: expect.arrayContaining(["Egress"]) } });
    }
  });

  test("works for one namespace, with the rights of its administrator only", async () => {
    await succeed(["create", "namespace", "multigres"]);
    await succeed(["-n", "multigres", "create", "serviceaccount", "administrator"]);
    const account = "multigres:administrator";
    await succeed([
      "-n",
      "multigres",
      "create",
      "rolebinding",
      "owner",
      "--clusterrole=admin",
      `--serviceaccount=${account}`,
    ]);
    // What `admin` doesn't aggregate by itself: who grants a right must have it.
    await succeed(["-n", "multigres", "create", "role", "extra", "--verb=*", "--resource=*.multigres.com"]);
    await succeed([
      "-n",
      "multigres",
      "create",
      "role",
      "more",
      "--verb=*",
      "--resource=leases.coordination.k8s.io,events.events.k8s.io",
    ]);
    for (const role of ["extra", "more"]) {
      await succeed([
        "-n",
        "multigres",
        "create",
        "rolebinding",
        role,
        `--role=${role}`,
        `--serviceaccount=${account}`,
      ]);
    }
    const asAdministrator = `--as=system:serviceaccount:${account}`;
    // The server learns of roles a moment after they were written, of the last one last.
    const last = ["auth", "can-i", "create", "leases.coordination.k8s.io", "-n", "multigres", asAdministrator];
    await eventually(() => succeed(last));
    const apply = ["apply", "-k", join(deployFolder, "overlays/namespaced"), asAdministrator];
    expect(await server.kubectl(apply)).toMatchObject(clean);
  });
});

describe("rights in force", () => {
  test.each(controllerNames)("%s elects itself on its own Lease and on no other", async (name) => {
    const [other = name] = controllerNames.filter((candidate) => candidate !== name);
    const leases = { group: "coordination.k8s.io", resource: "leases", namespace: "multigres-system" };
    const own = { ...leases, name: `multigres-${name}` };
    expect(await mayAll(name, [own], ["get", "list", "watch", "update"])).toEqual([true, true, true, true]);
    expect(await mayAll(name, [leases], ["create", "list", "update"])).toEqual([true, false, false]);
    expect(await mayAll(name, [{ ...own, name: `multigres-${other}` }], ["get", "update"])).toEqual([false, false]);
    expect(await mayAll(name, [{ ...own, namespace: "default" }], ["get", "create"])).toEqual([false, false]);

    const list = ["-n", "multigres-system", "get", "leases", `--field-selector=metadata.name=multigres-${name}`];
    expect(await server.kubectl([...list, `--as=${userOf(name)}`])).toMatchObject({ code: 0 });
  });

  test.each(controllerNames)(
    "%s reads no Secret and edits no cluster, anywhere, but for one finalizer",
    async (name) => {
      const everywhere = (resource: string, group = "") =>
        ["default", "multigres-system"].map((namespace) => ({ group, resource, namespace }));
      const reading = ["get", "list", "watch", "update", "patch", "delete"];
      // Kubernetes has no smaller right that lets somebody set a finalizer.
      const editing = ["create", "update", "delete", ...(name === "cluster-controller" ? [] : ["patch"])];
      expect(await mayAll(name, everywhere("secrets"), reading)).not.toContain(true);
      expect(await mayAll(name, everywhere("multigresclusters", "multigres.com"), editing)).not.toContain(true);
      const creates = name === "cluster-controller";
      expect(await mayAll(name, everywhere("secrets"), ["create"])).toEqual([creates, creates]);
    },
  );
});

interface Attributes {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string;
}

function userOf(controller: ControllerName): string {
  return `system:serviceaccount:multigres-system:${controller}`;
}

/** Whether a controller may do each of the verbs on each of the resources. */
function mayAll(
  controller: ControllerName,
  resources: readonly Attributes[],
  verbs: readonly string[],
): Promise<boolean[]> {
  const user = userOf(controller);
  return Promise.all(
    resources.flatMap((resource) =>
      verbs.map(async (verb) => {
        const review = await server.request({
          method: "POST",
          path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
          body: {
            apiVersion: "authorization.k8s.io/v1",
            kind: "SubjectAccessReview",
            spec: { user, resourceAttributes: { ...resource, verb } },
          },
        });
        return (review as { status: { allowed: boolean } }).status.allowed;
      }),
    ),
  );
}

async function succeed(args: readonly string[]): Promise<void> {
  const { code, stderr } = await server.kubectl(args);
  if (code !== 0) throw new Error(stderr);
}
