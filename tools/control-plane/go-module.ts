import { versions } from "./versions.ts";

/** What kubernetes' release is stamped with; without it the server says v0.0.0. */
export const linkerFlags = (() => {
  const [major, minor] = versions.kubernetes.split(".");
  const variable = (name: string, value: string | undefined) => `-X k8s.io/component-base/version.${name}=${value}`;
  return [
    "-s -w",
    variable("gitVersion", `v${versions.kubernetes}`),
    variable("gitMajor", major),
    variable("gitMinor", minor),
  ].join(" ");
})();

/** Debugging information takes an eighth of the compiler's time, and the linker drops it. */
export const compilerFlags = "-gcflags=all=-dwarf=false";

export const etcdPackage = "go.etcd.io/etcd/server/v3";
export const kubernetesPackage = (program: string) => `k8s.io/kubernetes/cmd/${program}`;
export const kwokPackage = `sigs.k8s.io/kwok/cmd/kwok@v${versions.kwok}`;

/**
 * A go.mod in which k8s.io/kubernetes can be built. Its own go.mod (the argument) replaces the staging modules by folders of its repository,
 * which don't come with the module, so each is replaced by its published version here: k8s.io/kubernetes v1.X.Y is k8s.io/api v0.X.Y.
 */
export function kubernetesGoMod(upstream: string): string {
  const staging = [...upstream.matchAll(/^\s*(?:replace\s+)?(k8s\.io\/[a-z0-9-]+) => \.\/staging\/src\//gm)].map(
    (match) => match[1],
  );
  if (staging.length === 0) throw new Error(`k8s.io/kubernetes v${versions.kubernetes} names no staging modules`);
  const version = versions.kubernetes.replace(/^1\./, "v0.");
  return [
    "module multigres.com/control-plane",
    "",
    `go ${/^go (\S+)$/m.exec(upstream)?.[1] ?? "1.26.0"}`,
    "",
    "require (",
    `\tk8s.io/kubernetes v${versions.kubernetes}`,
    `\t${etcdPackage} v${versions.etcd}`,
    ")",
    "",
    "replace (",
    ...staging.map((module) => `\t${module} => ${module} ${version}`),
    ")",
    "",
  ].join("\n");
}
