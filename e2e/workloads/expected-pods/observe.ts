import { type Container, type Live, type Pod, type Service, selects, type Snapshot } from "./live.ts";
import { argumentKey } from "./table.ts";

type Observed = Readonly<Record<string, unknown>>;
type Volume = NonNullable<NonNullable<Pod["spec"]>["volumes"]>[number];
/** By which a Service picks one pod of a StatefulSet. */
const podNameLabel = "statefulset.kubernetes.io/pod-name";

type ClaimSpec = Snapshot["claims"][number]["spec"];

/** One pod, with its workload and what serves it, in the table's words. */
export function observe(live: Live): Observed {
  const { pod } = live;
  const { spec } = pod;
  const container = (each: Container): Observed => containerOf(each, pod);
  return {
    workload: workloadOf(live),
    volumeClaimTemplates: claimTemplatesOf(live),
    pod: {
      securityContext: spec?.securityContext,
      imagePullSecrets: spec?.imagePullSecrets,
      nodeSelector: spec?.nodeSelector,
      affinity: spec?.affinity,
      terminationGracePeriodSeconds: spec?.terminationGracePeriodSeconds,
      initContainerOrder: spec?.initContainers?.map(({ name }) => name),
      volumes: named(spec?.volumes, ({ name }) => name, volumeOf),
    },
    initContainers: named(spec?.initContainers, ({ name }) => name, container),
    containers: named(spec?.containers, ({ name }) => name, container),
    services: servicesOf(live),
    disruptionBudgets: budgetsOf(live),
    ...supportOf(live),
  };
}

function workloadOf({ workload: { kind, metadata, spec } }: Live): Observed {
  const inStatefulSet =
    spec && "serviceName" in spec
      ? {
          serviceName: spec.serviceName,
          podManagementPolicy: spec.podManagementPolicy,
          persistentVolumeClaimRetentionPolicy: spec.persistentVolumeClaimRetentionPolicy,
          updateStrategy: { type: spec.updateStrategy?.type },
        }
      : {};
  const inDeployment = spec && "strategy" in spec ? { updateStrategy: { type: spec.strategy?.type } } : {};
  return {
    kind,
    name: metadata?.name,
    replicas: spec?.replicas,
    podLabels: spec?.template.metadata?.labels,
    ...inStatefulSet,
    ...inDeployment,
  };
}

function claimTemplatesOf({ workload: { spec } }: Live): Observed {
  const templates = spec && "volumeClaimTemplates" in spec ? spec.volumeClaimTemplates : [];
  return named(
    templates,
    ({ metadata }) => metadata?.name,
    (template) => claimOf(template.spec),
  );
}

function containerOf(container: Container, pod: Pod): Observed {
  const { name: _, args, env, ports, startupProbe, livenessProbe, readinessProbe, volumeMounts, ...asItIs } = container;
  const { terminationMessagePath: _path, terminationMessagePolicy: _policy, ...ruled } = asItIs;
  const probe = (of: Container["startupProbe"]): Observed | undefined =>
    of && {
      path: of.httpGet?.path,
      port: ports?.find(({ name }) => name === of.httpGet?.port)?.containerPort ?? of.httpGet?.port,
      periodSeconds: of.periodSeconds,
      failureThreshold: of.failureThreshold,
    };
  return {
    ...ruled,
    args: named(args, argumentKey, (argument) => argument),
    env: named(
      env,
      ({ name }) => name,
      ({ value, valueFrom }) =>
        valueFrom?.fieldRef ? { fieldRef: valueFrom.fieldRef.fieldPath } : (valueFrom ?? value ?? ""),
    ),
    ports: named(
      ports,
      ({ name }) => name,
      ({ containerPort }) => containerPort,
    ),
    startupProbe: probe(startupProbe),
    livenessProbe: probe(livenessProbe),
    readinessProbe: probe(readinessProbe),
    volumeMounts: named(
      volumeMounts,
      ({ mountPath }) => mountPath,
      ({ name, readOnly }) => {
        const volume = pod.spec?.volumes?.find((each) => each.name === name);
        return { volume: name, kind: volume && volumeOf(volume).kind, readOnly: readOnly ?? false };
      },
    ),
  };
}

function volumeOf({ persistentVolumeClaim, configMap, secret, emptyDir, ...other }: Volume): Observed {
  if (persistentVolumeClaim) return { kind: "PVC", name: persistentVolumeClaim.claimName };
  if (configMap) return { kind: "ConfigMap", name: configMap.name };
  if (secret) return { kind: "Secret", name: secret.secretName, defaultMode: secret.defaultMode };
  if (emptyDir) return { kind: "emptyDir", ...emptyDir };
  return {
    kind: Object.keys(other)
      .filter((key) => key !== "name")
      .join(),
  };
}

/** By what they are for: the StatefulSet, one pod, or clients. */
function servicesOf({ all, pod }: Live): Observed {
  return named(
    all.services.filter(({ spec }) => selects(spec?.selector, pod)),
    purposeOf,
    ({ metadata, spec }) => ({
      name: metadata?.name,
      clusterIP: spec?.clusterIP === "None" ? "None" : spec?.clusterIP && "allocated",
      publishNotReadyAddresses: spec?.publishNotReadyAddresses,
      ports: named(
        spec?.ports,
        ({ name }) => name,
        ({ port, targetPort }) => (targetPort === port ? port : `${port} to ${targetPort}`),
      ),
    }),
  );
}

function purposeOf({ spec }: Service): string {
  if (spec?.clusterIP === "None") return "headless";
  return podNameLabel in (spec?.selector ?? {}) ? "per pod" : "client";
}

function budgetsOf({ all, pod }: Live): Observed {
  const budgets = all.budgets.filter(({ spec }) => selects(spec?.selector?.matchLabels, pod));
  return {
    count: budgets.length,
    minAvailable: budgets[0]?.spec?.minAvailable,
    maxUnavailable: budgets[0]?.spec?.maxUnavailable,
  };
}

/** The objects that the pod's volumes name, but for its own data. */
function supportOf({ all, pod }: Live): Observed {
  const volumes = pod.spec?.volumes ?? [];
  const find = <T extends { metadata?: { name?: string } }>(objects: readonly T[], name: string | undefined) =>
    objects.find(({ metadata }) => metadata?.name === name);
  const password = volumes.find(({ name }) => name === "password")?.secret?.secretName;
  const hba = find(all.configMaps, volumes.find(({ name }) => name === "hba")?.configMap?.name);
  const repository = find(
    all.claims,
    volumes.find(({ name }) => name === "repository")?.persistentVolumeClaim?.claimName,
  );
  return {
    secret: password && { name: password, keys: Object.keys(find(all.secrets, password)?.data ?? {}) },
    hba: hba && {
      keys: Object.keys(hba.data ?? {}),
      lines: Object.values(hba.data ?? {}).flatMap((text) => text.trim().split("\n")),
    },
    repository: repository && claimOf(repository.spec),
  };
}

function claimOf(spec: ClaimSpec): Observed {
  return { accessModes: spec?.accessModes, storage: spec?.resources?.requests?.storage };
}

/** A list as a map. What has the name of another one gets one that no table has. */
function named<T>(
  list: readonly T[] | undefined,
  nameOf: (item: T, index: number) => string | undefined,
  valueOf: (item: T) => unknown,
): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const [index, item] of (list ?? []).entries()) {
    const name = nameOf(item, index) ?? "";
    map[name in map ? `${name} (${index})` : name] = valueOf(item);
  }
  return map;
}
