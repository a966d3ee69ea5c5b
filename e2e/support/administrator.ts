import { createTransport, loadKubeconfig } from "@multigres/controller-kit";

/** Connects with the rights that a kubeconfig gives, and without a limit that a test could run into. */
export function administrator(kubeconfig: string): ReturnType<typeof createTransport> {
  return createTransport({
    access: loadKubeconfig({ load: (config) => config.loadFromFile(kubeconfig) }),
    userAgent: "multigres-test",
    rateLimit: { qps: 1000, burst: 1000 },
  });
}
