import { type Container, containersOf, type Live } from "./live.ts";

/** Something that a pod, its workload or what serves it must not do. */
export interface Rule {
  readonly isBroken: (live: Live) => boolean;
  /** Ways to break it, each of which has to be noticed. */
  readonly breaches: readonly ((live: Live) => void)[];
}

export function containerOf(live: Live, name: string): Container {
  const container = containersOf(live).find((each) => each.name === name);
  if (!container) throw new Error(`no container ${name} in ${live.pod.metadata?.name}`);
  return container;
}

export function flagOf({ args }: Container, flag: string): string | undefined {
  return args?.find((argument) => argument.startsWith(`${flag}=`))?.slice(flag.length + 1);
}

export function setFlag(container: Container, flag: string, value: string | undefined): void {
  const others = (container.args ?? []).filter((argument) => !argument.startsWith(`${flag}=`));
  container.args = value === undefined ? others : [...others, `${flag}=${value}`];
}

export function setEnv(container: Container, name: string, value: string): void {
  container.env = [...(container.env ?? []).filter((each) => each.name !== name), { name, value }];
}

/** Flags that a container must not have; `--a-*` stands for all that start so. */
export function noFlags(container: string, ...names: readonly string[]): Rule {
  const patterns = names.map((name) => new RegExp(`^${name.replace("*", "[^=]*")}(=|$)`));
  return {
    isBroken: (live) =>
      (containerOf(live, container).args ?? []).some((argument) => patterns.some((pattern) => pattern.test(argument))),
    breaches: names.map((name) => (live) => setFlag(containerOf(live, container), name.replace("*", "x"), "x")),
  };
}

/** As `noFlags`, in all containers. */
export function noFlagsAnywhere(sample: string, ...names: readonly string[]): Rule {
  return {
    isBroken: (live) => containersOf(live).some(({ name }) => noFlags(name, ...names).isBroken(live)),
    breaches: noFlags(sample, ...names).breaches,
  };
}

/** A flag whose value must pass, and values of which none does; undefined: no such flag. */
export function flagMustBe(
  container: string,
  flag: string,
  isRight: (value: string, live: Live) => boolean,
  wrong: readonly (string | undefined)[],
): Rule {
  return {
    isBroken: (live) => {
      const value = flagOf(containerOf(live, container), flag);
      return value === undefined || !isRight(value, live);
    },
    breaches: wrong.map((value) => (live) => setFlag(containerOf(live, container), flag, value)),
  };
}

/** Neither liveness nor startup may wait for what readiness waits for. */
export function noProbeOnReady(container: string): Rule {
  const probe = { httpGet: { path: "/ready", port: "http" } };
  return {
    isBroken: (live) => {
      const { startupProbe, livenessProbe } = containerOf(live, container);
      return [startupProbe, livenessProbe].some((each) => each?.httpGet?.path === "/ready");
    },
    breaches: [
      (live) => Object.assign(containerOf(live, container), { startupProbe: probe }),
      (live) => Object.assign(containerOf(live, container), { livenessProbe: probe }),
    ],
  };
}

export function noVolumeOrSecret(container: string): Rule {
  return {
    isBroken: (live) =>
      (live.pod.spec?.volumes ?? []).length > 0 ||
      containersOf(live).some(({ env, envFrom }) => envFrom || env?.some(({ valueFrom }) => valueFrom?.secretKeyRef)),
    breaches: [
      ({ pod }) => Object.assign(pod.spec ?? {}, { volumes: [{ name: "tmp", emptyDir: {} }] }),
      (live) =>
        containerOf(live, container).env?.push({ name: "P", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }),
      (live) => Object.assign(containerOf(live, container), { envFrom: [{ secretRef: { name: "s" } }] }),
    ],
  };
}

/** All of them at once. */
export function allOf(...rules: readonly Rule[]): Rule {
  return {
    isBroken: (live) => rules.some(({ isBroken }) => isBroken(live)),
    breaches: rules.flatMap(({ breaches }) => breaches),
  };
}
