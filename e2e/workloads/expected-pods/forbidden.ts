import { containersOf, type Live, selects } from "./live.ts";
import { forbiddenEverywhere } from "./forbidden-everywhere.ts";
import { forbiddenInPools } from "./forbidden-in-pools.ts";
import {
  allOf,
  containerOf,
  flagMustBe,
  noFlags,
  noProbeOnReady,
  noVolumeOrSecret,
  type Rule,
  setEnv,
} from "./rule.ts";

const noPoolerFlags = ["--database", "--table-group", "--shard", "--pooler-dir"];

const failoverDefaults = {
  "--leader-failover-grace-period-base": "4s",
  "--leader-failover-grace-period-max-jitter": "8s",
  "--pooler-health-check-interval": "5s",
  "--recovery-cycle-interval": "1s",
};

/** How what the table forbids, for all pods and by component, is found. */
export const forbidden: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  all: forbiddenEverywhere,
  etcd: {
    "its mount point as data folder": {
      isBroken: (live) => {
        const { env, volumeMounts } = containerOf(live, "etcd");
        const folder = env?.find(({ name }) => name === "ETCD_DATA_DIR")?.value;
        return folder === undefined || (volumeMounts ?? []).some(({ mountPath }) => mountPath === folder);
      },
      breaches: [(live) => setEnv(containerOf(live, "etcd"), "ETCD_DATA_DIR", "/var/lib/etcd")],
    },
    "an even number of members": {
      isBroken: ({ workload }) => (workload.spec?.replicas ?? 0) % 2 === 0,
      breaches: [({ workload }) => Object.assign(workload.spec ?? {}, { replicas: 2 })],
    },
    "data in an emptyDir": {
      isBroken: ({ pod }) => (pod.spec?.volumes ?? []).some(({ emptyDir }) => emptyDir),
      breaches: [({ pod }) => Object.assign(pod.spec ?? {}, { volumes: [{ name: "data", emptyDir: {} }] })],
    },
    "the clients' root path as a setting": {
      isBroken: (live) =>
        containersOf(live).some(({ args, env }) => JSON.stringify([args ?? [], env ?? []]).includes("/multigres/")),
      breaches: [(live) => setEnv(containerOf(live, "etcd"), "ETCD_ROOT", "/multigres/global")],
    },
  },
  multigateway: {
    "a startup or liveness probe on /ready": noProbeOnReady("multigateway"),
    "--service-map": noFlags("multigateway", "--service-map"),
    "its pod's name as hostname": flagMustBe("multigateway", "--hostname", (name) => !name.includes("POD_NAME"), [
      "$(POD_NAME)",
    ]),
    "flags of a pooler": noFlags("multigateway", ...noPoolerFlags),
    "--buffer-enabled": noFlags("multigateway", "--buffer-enabled"),
    "TLS to clients": noFlags("multigateway", "--pg-require-ssl", "--pg-tls-*"),
    "a Service for all cells": {
      isBroken: ({ all, pod, workload }) =>
        all.services.some(
          ({ spec }) =>
            selects(spec?.selector, pod) &&
            all.pods.some(
              (each) => selects(spec?.selector, each) && !selects(workload.spec?.selector.matchLabels, each),
            ),
        ),
      breaches: [
        ({ all, pod }) => {
          for (const { spec } of all.services)
            if (selects(spec?.selector, pod)) delete spec?.selector?.["multigres.com/cell"];
        },
      ],
    },
    "a volume or Secret": noVolumeOrSecret("multigateway"),
  },
  multiadmin: {
    "--cell": noFlags("multiadmin", "--cell"),
    "--service-id": noFlags("multiadmin", "--service-id"),
    "a volume or Secret": noVolumeOrSecret("multiadmin"),
  },
  multiorch: {
    "a service id that changes": allOf(
      flagMustBe("multiorch", "--service-id", (id) => id.replace("$(POD_INDEX)", "").match(/\$\(/) === null, [
        undefined,
        "$(POD_NAME)",
        "$(POD_UID)",
      ]),
      {
        isBroken: ({ workload }) => workload.kind !== "StatefulSet",
        breaches: [({ workload }) => Object.assign(workload, { kind: "Deployment" })],
      },
    ),
    "no watch targets": flagMustBe("multiorch", "--watch-targets", (targets) => targets !== "", [undefined, ""]),
    "wildcards in the watch targets": flagMustBe("multiorch", "--watch-targets", (targets) => !targets.includes("*"), [
      "*",
      "production_db/*",
    ]),
    "the defaults for failover": allOf(
      ...Object.entries(failoverDefaults).map(([flag, usual]) =>
        flagMustBe("multiorch", flag, (value) => value !== usual, [undefined, usual]),
      ),
    ),
    "its pod's IP as hostname": flagMustBe("multiorch", "--hostname", (name) => !name.includes("POD_IP"), [
      "$(POD_IP)",
    ]),
    "flags of a pooler": noFlags("multiorch", ...noPoolerFlags),
    "the flags' env aliases": {
      isBroken: (live) => (containerOf(live, "multiorch").env ?? []).some(({ name }) => name.startsWith("MT_")),
      breaches: ["MT_CELL", "MT_SERVICE_ID", "MT_SHARD_WATCH_TARGETS"].map(
        (name) => (live: Live) => setEnv(containerOf(live, "multiorch"), name, "x"),
      ),
    },
    "a volume or Secret": noVolumeOrSecret("multiorch"),
  },
  pool: forbiddenInPools,
};
