import { startControlPlane } from "@multigres/tools/control-plane";
import type { TestProject } from "vitest/node";
import { type AdmissionAccess, admissionServer, deployFolder, kubectl } from "../admission/admission-server.ts";
import { waitForPolicies } from "../admission/policies.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The API server that tests of admission and of the installation share, each in namespaces of its own. */
    sharedApiServer: AdmissionAccess;
  }
}

/** Started once for a run of the tests, with our CRDs and policies as a user would install them, and no controllers of ours. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const plane = await startControlPlane({ components: ["kube-controller-manager"] });
  try {
    const { server: address, certificateAuthority, adminToken, binaries, kubeconfig, directory } = plane;
    const access: AdmissionAccess = {
      admin: { server: address, certificateAuthority, token: adminToken },
      kubectl: { path: `${binaries}/kubectl`, kubeconfig, home: directory },
    };
    const server = admissionServer(access);
    const { code, stderr } = await server.kubectl(["apply", "-k", `${deployFolder}/crds`]);
    if (code !== 0 || stderr !== "") throw new Error(`installing the CRDs didn't go without a word: ${stderr}`);
    await kubectl(server, ["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
    await waitForPolicies(server);
    project.provide("sharedApiServer", access);
    return () => plane.stop();
  } catch (error) {
    await plane.stop();
    throw error;
  }
}
