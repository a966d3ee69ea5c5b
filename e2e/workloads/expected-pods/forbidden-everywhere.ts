import { labels } from "@multigres/api-types";
import { type Container, containersOf, type Live, podsOf, selects } from "./live.ts";
import { containerOf, flagOf, noFlagsAnywhere, type Rule, setEnv, setFlag } from "./rule.ts";
import { multigresFlags } from "./table.ts";

const flags = multigresFlags();

/** The program of Multigres that a container runs. */
function programOf({ name }: Container): string | undefined {
  const program = name === "postgres" ? "pgctld" : name;
  return program in flags ? program : undefined;
}

function programs(live: Live): Container[] {
  return containersOf(live).filter((container) => programOf(container) !== undefined);
}

const pooler = (live: Live) => containerOf(live, "multipooler");
const clusterDomain = /\.cluster\.local/;

/** Their breaches are of a pool's pod. */
export const forbiddenEverywhere: Readonly<Record<string, Rule>> = {
  "a flag that the component doesn't have": {
    isBroken: (live) =>
      programs(live).some((container) =>
        (container.args ?? []).some((argument) => {
          const flag = /^--(?<name>[^=]+)/.exec(argument)?.groups?.name;
          return flag !== undefined && !flags[programOf(container) ?? ""]?.includes(flag);
        }),
      ),
    breaches: [
      (live) => setFlag(pooler(live), "--nonsense", "1"),
      (live) => setFlag(containerOf(live, "postgres"), "--cell", "us-east-1a"),
    ],
  },
  "an argument that is no flag": {
    isBroken: (live) =>
      programs(live).some((container) =>
        (container.args ?? []).some(
          (argument, index) =>
            !argument.startsWith("--") && !(container.name === "postgres" && index === 0 && argument === "server"),
        ),
      ),
    breaches: [(live) => pooler(live).args?.unshift("multipooler")],
  },
  "user 0": {
    isBroken: (live) => [live.pod.spec, ...containersOf(live)].some((each) => each?.securityContext?.runAsUser === 0),
    breaches: [
      ({ pod }) => Object.assign(pod.spec?.securityContext ?? {}, { runAsUser: 0 }),
      (live) => Object.assign(pooler(live).securityContext ?? {}, { runAsUser: 0 }),
    ],
  },
  privileges: {
    isBroken: (live) => {
      const { hostNetwork, hostPID, hostIPC, volumes } = live.pod.spec ?? {};
      return (
        hostNetwork === true ||
        hostPID === true ||
        hostIPC === true ||
        (volumes ?? []).some(({ hostPath }) => hostPath) ||
        containersOf(live).some(
          ({ securityContext }) => securityContext?.privileged || securityContext?.capabilities?.add?.length,
        )
      );
    },
    breaches: [
      ...["hostNetwork", "hostPID", "hostIPC"].map(
        (field) =>
          ({ pod }: Live) =>
            Object.assign(pod.spec ?? {}, { [field]: true }),
      ),
      ({ pod }) => pod.spec?.volumes?.push({ name: "host", hostPath: { path: "/" } }),
      (live) => Object.assign(pooler(live).securityContext ?? {}, { privileged: true }),
      (live) => Object.assign(pooler(live).securityContext?.capabilities ?? {}, { add: ["SYS_ADMIN"] }),
    ],
  },
  "a password in an argument or literal env": {
    isBroken: (live) =>
      containersOf(live).some(
        ({ args, env }) =>
          args?.some((argument) => /password(?!-file=)/i.test(argument)) ||
          env?.some(({ name, value }) => value !== undefined && /PASSWORD(?!_FILE$)/.test(name)),
      ),
    breaches: [
      (live) => setFlag(pooler(live), "--connpool-admin-password", "x"),
      (live) => setEnv(pooler(live), "POSTGRES_PASSWORD", "x"),
    ],
  },
  "the cluster's domain in a name": {
    isBroken: (live) =>
      containersOf(live).some(({ args, env }) => clusterDomain.test(JSON.stringify([args ?? [], env ?? []]))),
    breaches: [
      (live) => setFlag(pooler(live), "--hostname", "a.ns.svc.cluster.local"),
      (live) => setEnv(pooler(live), "X", "http://a.ns.svc.cluster.local"),
    ],
  },
  "_ in the cell or service id or more than 63 bytes of both": {
    isBroken: (live) =>
      containersOf(live).some((container) => {
        const id = flagOf(container, "--service-id")?.replace("$(POD_INDEX)", "99") ?? "";
        const name = `${flagOf(container, "--cell") ?? ""}+${id}`;
        return name.includes("_") || name.length > 63;
      }),
    breaches: [
      (live) => setFlag(pooler(live), "--cell", "a_b"),
      (live) => setFlag(pooler(live), "--service-id", "a_b-$(POD_INDEX)"),
      (live) => setFlag(pooler(live), "--service-id", "a".repeat(53)),
    ],
  },
  "lifecycle hooks": {
    isBroken: (live) => containersOf(live).some(({ lifecycle }) => lifecycle),
    breaches: [
      (live) => Object.assign(pooler(live), { lifecycle: { preStop: { exec: { command: ["sleep", "1"] } } } }),
    ],
  },
  "TLS to the topology server": noFlagsAnywhere("multipooler", "--topo-etcd-tls-*"),
  "TLS between components": noFlagsAnywhere(
    "multipooler",
    "--grpc-cert",
    "--grpc-key",
    "--grpc-ca",
    "--multipooler-grpc-*",
  ),
  "a cell's own topology server as the global one": {
    isBroken: (live) => {
      const own = live.all.services.filter(({ metadata }) => {
        const { [labels.component]: component, [labels.cell]: cell } = metadata?.labels ?? {};
        return component === "toposerver" && cell !== undefined;
      });
      if (own.length === 0) throw new Error("no cell has a topology server of its own");
      return containersOf(live).some((container) => {
        const addresses = flagOf(container, "--topo-global-server-addresses") ?? "";
        return own.some(({ metadata }) => addresses.includes(`${metadata?.name}.`));
      });
    },
    breaches: [
      (live) => {
        const own = live.all.services.find(
          ({ metadata }) => metadata?.name?.endsWith("-client") && metadata.labels?.[labels.cell],
        );
        setFlag(pooler(live), "--topo-global-server-addresses", `${own?.metadata?.name}.ns.svc:2379`);
      },
    ],
  },
  "an env variable that is expanded before it is set": {
    isBroken: (live) =>
      containersOf(live).some(({ args, env }) => {
        const texts = [...(env ?? []).map(({ value }) => value ?? ""), (args ?? []).join(" ")];
        return texts.some((text, index) => {
          const set = (env ?? []).slice(0, index).map(({ name }) => name);
          return [...text.matchAll(/\$\((\w+)\)/g)].some(([, name = ""]) => !set.includes(name));
        });
      }),
    breaches: [
      (live) => Object.assign(pooler(live), { env: [] }),
      (live) => pooler(live).env?.unshift({ name: "X", value: "$(POD_NAME)" }),
    ],
  },
  "a selector that picks other pods": {
    isBroken: ({ all, pod, workload }) => {
      const identity = workload.spec?.template.metadata?.labels;
      const own = podsOf(all, workload);
      const serving = all.services.map(({ spec }) => spec?.selector).filter((selector) => selects(selector, pod));
      return (
        !own.every((each) => selects(identity, each)) ||
        serving.some((selector) => all.pods.some((each) => selects(selector, each) && !own.includes(each)))
      );
    },
    breaches: [
      ({ workload }) => delete workload.spec?.selector.matchLabels?.[labels.poolType],
      ({ all, pod }) => {
        for (const { spec } of all.services) if (selects(spec?.selector, pod)) delete spec?.selector?.[labels.poolType];
      },
    ],
  },
};
