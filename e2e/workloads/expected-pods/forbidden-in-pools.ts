import { type Container, type Live, podsOf, selects, type StatefulSet } from "./live.ts";
import { allOf, containerOf, flagMustBe, flagOf, noFlags, noProbeOnReady, type Rule, setEnv, setFlag } from "./rule.ts";

const pooler = (live: Live): Container => containerOf(live, "multipooler");
const postgres = (live: Live): Container => containerOf(live, "postgres");
const ownService = "$(POD_NAME).$(POD_NAMESPACE).svc";
/** Connections that multipooler keeps for administration, and PostgreSQL's limit in pgctld's configuration. */
const [adminConnections, maxConnections] = [5, 110];

function claimOf({ spec }: Live["pod"], volume: string): string | undefined {
  return spec?.volumes?.find(({ name }) => name === volume)?.persistentVolumeClaim?.claimName;
}

function onlyFor(isOwn: (live: Live) => boolean, ...breaches: Rule["breaches"]): Rule {
  return { isBroken: (live) => !isOwn(live), breaches };
}

function sameDatabase({ all, instance }: Live): Live["pod"][] {
  return all.pods.filter((pod) => selects({ "multigres.com/database": instance.identity.database ?? "" }, pod));
}

export const forbiddenInPools: Readonly<Record<string, Rule>> = {
  "another shard or table group": allOf(
    flagMustBe("multipooler", "--shard", (shard) => shard === "0-inf", [undefined, "0"]),
    flagMustBe("multipooler", "--table-group", (tableGroup) => tableGroup === "default", [undefined, "orders"]),
  ),
  "a folded database name": allOf(
    ...[
      ["multipooler", "--database"],
      ["postgres", "--pg-database"],
    ].map(([container = "", flag = ""]) =>
      flagMustBe(container, flag, (name, { instance }) => name === instance.identity.database, [
        undefined,
        "analytics-db",
      ]),
    ),
  ),
  "a hostname other than its own Service": allOf(
    ...["multipooler", "postgres"].map((container) =>
      flagMustBe(container, "--hostname", (name) => name === ownService, [
        undefined,
        "$(POD_IP)",
        "$(POD_NAME).pool.$(POD_NAMESPACE).svc",
      ]),
    ),
    onlyFor(
      ({ all, pod }) =>
        all.services.some(
          ({ metadata, spec }) => metadata?.name === pod.metadata?.name && selects(spec?.selector, pod),
        ),
      ({ all, pod }) =>
        all.services.splice(
          all.services.findIndex(({ metadata }) => metadata?.name === pod.metadata?.name),
          1,
        ),
    ),
  ),
  "a service id that another pool of the cell has": {
    isBroken: (live) => {
      const { all, workload } = live;
      const identity = (container: Container) =>
        [flagOf(container, "--cell"), flagOf(container, "--service-id")].join();
      const others = all.workloads
        .filter((each) => each.metadata?.uid !== workload.metadata?.uid)
        .flatMap(({ spec }) => spec?.template.spec?.containers ?? [])
        .filter(({ name }) => name === "multipooler");
      if (others.length === 0) throw new Error("there is only one pool");
      return others.some((other) => identity(other) === identity(pooler(live)));
    },
    breaches: [
      (live) => {
        for (const { metadata, spec } of live.all.workloads) {
          const other = spec?.template.spec?.containers.find(({ name }) => name === "multipooler");
          if (!other || metadata?.uid === live.workload.metadata?.uid) continue;
          if (flagOf(other, "--cell") !== flagOf(pooler(live), "--cell")) continue;
          setFlag(pooler(live), "--service-id", flagOf(other, "--service-id"));
        }
      },
    ],
  },
  "the pod's name as service id": flagMustBe("multipooler", "--service-id", (id) => !id.includes("POD_NAME"), [
    undefined,
    "$(POD_NAME)",
  ]),
  "a service id without POD_INDEX": allOf(
    flagMustBe("multipooler", "--service-id", (id) => id.endsWith("-$(POD_INDEX)"), ["pool"]),
    onlyFor(
      (live) => pooler(live).env?.some(({ name }) => name === "POD_INDEX") ?? false,
      (live) => Object.assign(pooler(live), { env: pooler(live).env?.filter(({ name }) => name !== "POD_INDEX") }),
    ),
  ),
  "pgctld's default port": flagMustBe("multipooler", "--pgctld-addr", (address) => !address.endsWith(":15200"), [
    undefined,
    "localhost:15200",
  ]),
  "pgBackRest's server": noFlags("postgres", "--pgbackrest-port", "--pgbackrest-cert-dir"),
  "a mount at /certs": {
    isBroken: (live) =>
      [pooler(live), postgres(live)].some(({ volumeMounts }) =>
        volumeMounts?.some(({ mountPath }) => mountPath.startsWith("/certs")),
      ),
    breaches: [(live) => postgres(live).volumeMounts?.push({ name: "tmp", mountPath: "/certs" })],
  },
  "multipooler's flags on pgctld": noFlags(
    "postgres",
    "--topo-*",
    "--cell",
    "--database",
    "--table-group",
    "--shard",
    "--service-id",
    "--pgctld-addr",
    "--socket-file",
  ),
  "pgctld's flags on multipooler": noFlags(
    "multipooler",
    "--pg-hba-template",
    "--pg-database",
    "--pg-listen-addresses",
  ),
  "a password in the environment": allOf(noFlags("multipooler", "--connpool-admin-password"), {
    isBroken: (live) =>
      [pooler(live), postgres(live)].some(({ env }) =>
        env?.some(({ name }) => ["POSTGRES_PASSWORD", "CONNPOOL_ADMIN_PASSWORD"].includes(name)),
      ),
    breaches: [
      (live) => setEnv(postgres(live), "POSTGRES_PASSWORD", "x"),
      (live) => setEnv(pooler(live), "CONNPOOL_ADMIN_PASSWORD", "x"),
    ],
  }),
  "PGDATA at a mount point": {
    isBroken: (live) =>
      [pooler(live), postgres(live)].some(({ env, volumeMounts }) => {
        const folder = env?.find(({ name }) => name === "PGDATA")?.value;
        return folder === undefined || volumeMounts?.some(({ mountPath }) => mountPath === folder);
      }),
    breaches: [(live) => setEnv(postgres(live), "PGDATA", "/var/lib/pooler")],
  },
  "two users": {
    isBroken: (live) => {
      const users = [pooler(live), postgres(live)].map(
        ({ securityContext }) => securityContext?.runAsUser ?? live.pod.spec?.securityContext?.runAsUser,
      );
      return new Set(users).size > 1;
    },
    breaches: [(live) => Object.assign(postgres(live).securityContext ?? {}, { runAsUser: 70 })],
  },
  "a shared process namespace": {
    isBroken: ({ pod }) => pod.spec?.shareProcessNamespace === true,
    breaches: [({ pod }) => Object.assign(pod.spec ?? {}, { shareProcessNamespace: true })],
  },
  "pgctld as ordinary container or multipooler as sidecar": {
    isBroken: ({ pod }) =>
      !pod.spec?.initContainers?.some(({ name, restartPolicy }) => name === "postgres" && restartPolicy === "Always") ||
      !pod.spec.containers.some(({ name }) => name === "multipooler"),
    breaches: [
      (live) => delete postgres(live).restartPolicy,
      ({ pod: { spec } }) => spec?.containers.push(...(spec.initContainers?.splice(0) ?? [])),
      ({ pod: { spec } }) => spec?.initContainers?.push(...spec.containers.splice(0)),
    ],
  },
  "rolling updates or ordered starts": {
    isBroken: ({ workload }) => {
      const { spec } = workload as StatefulSet;
      return spec?.updateStrategy?.type !== "OnDelete" || spec.podManagementPolicy !== "Parallel";
    },
    breaches: [
      ({ workload }) => Object.assign(workload.spec ?? {}, { updateStrategy: { type: "RollingUpdate" } }),
      ({ workload }) => Object.assign(workload.spec ?? {}, { podManagementPolicy: "OrderedReady" }),
    ],
  },
  "data or backups in an emptyDir": {
    isBroken: ({ pod }) => [claimOf(pod, "data"), claimOf(pod, "repository")].includes(undefined),
    breaches: ["data", "repository"].map((volume) => ({ pod }: Live) => {
      const found = pod.spec?.volumes?.find(({ name }) => name === volume);
      delete found?.persistentVolumeClaim;
      Object.assign(found ?? {}, { emptyDir: {} });
    }),
  },
  "a repository that a pod of the shard doesn't share": {
    isBroken: (live) => {
      const claims = new Set(sameDatabase(live).map((pod) => claimOf(pod, "repository")));
      const claim = live.all.claims.find(({ metadata }) => metadata?.name === [...claims][0]);
      return claims.size !== 1 || claim?.spec?.accessModes?.join() !== "ReadWriteMany";
    },
    breaches: [
      ({ pod }) => {
        const found = pod.spec?.volumes?.find(({ name }) => name === "repository");
        Object.assign(found?.persistentVolumeClaim ?? {}, { claimName: "own" });
      },
      ({ all, pod }) => {
        const claim = all.claims.find(({ metadata }) => metadata?.name === claimOf(pod, "repository"));
        Object.assign(claim?.spec ?? {}, { accessModes: ["ReadWriteOnce"] });
      },
    ],
  },
  "a startup or liveness probe on /ready": noProbeOnReady("multipooler"),
  "another subcommand of pgctld or no command": {
    isBroken: (live) => {
      const { command, args } = postgres(live);
      return command?.length !== 1 || !command[0]?.endsWith("pgctld") || args?.[0] !== "server";
    },
    breaches: [
      (live) => delete postgres(live).command,
      (live) => postgres(live).args?.splice(0, 1),
      (live) => postgres(live).args?.splice(0, 1, "init"),
    ],
  },
  "less than 30 s to end": {
    isBroken: ({ pod }) => (pod.spec?.terminationGracePeriodSeconds ?? 0) < 30,
    breaches: [({ pod }) => Object.assign(pod.spec ?? {}, { terminationGracePeriodSeconds: 29 })],
  },
  "more pooled connections than PostgreSQL takes": flagMustBe(
    "multipooler",
    "--connpool-global-capacity",
    (capacity, live) => {
      const admin = Number(flagOf(pooler(live), "--connpool-admin-capacity") ?? adminConnections);
      return Number(capacity) + admin < maxConnections;
    },
    ["105", "110"],
  ),
  "a disruption budget of one pool or with maxUnavailable": {
    isBroken: (live) =>
      live.all.budgets
        .filter(({ spec }) => selects(spec?.selector?.matchLabels, live.pod))
        .some(
          ({ spec }) =>
            spec?.maxUnavailable !== undefined ||
            !sameDatabase(live).every((pod) => selects(spec?.selector?.matchLabels, pod)),
        ),
    breaches: [
      ({ all, workload }) => {
        const [pod] = podsOf(all, workload);
        for (const { spec } of all.budgets) {
          if (pod && selects(spec?.selector?.matchLabels, pod)) {
            Object.assign(spec?.selector ?? {}, { matchLabels: workload.spec?.selector.matchLabels });
          }
        }
      },
      ({ all, pod }) => {
        for (const { spec } of all.budgets) {
          if (selects(spec?.selector?.matchLabels, pod)) Object.assign(spec ?? {}, { maxUnavailable: 1 });
        }
      },
    ],
  },
  "the multigres image in the bridge": {
    isBroken: (live) => containerOf(live, "bridge").image === pooler(live).image,
    breaches: [(live) => Object.assign(containerOf(live, "bridge"), { image: pooler(live).image })],
  },
  "--postgres-unrecoverable-timeout": noFlags("multipooler", "--postgres-unrecoverable-timeout"),
};
