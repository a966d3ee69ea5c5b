import { stringify } from "yaml";

/** Annotation on a pod: "false" makes it NotReady, any other value or none makes it Ready again. */
export const testReadyAnnotation = "multigres.com/test-ready";

/** Annotation on a pod: how long it takes to start, such as "5s"; none: as `PodStart` says. */
export const testStartAnnotation = "multigres.com/test-start";

/** Image tags that make kwok play a failing container. */
export const failingTags = { notReady: ":notready", crash: ":crash", imagePull: ":imagepull" } as const;

const hasTag = (...tags: string[]) => `or ${tags.map((tag) => `(hasSuffix "${tag}" .image)`).join(" ")} false`;
const { notReady, crash, imagePull } = failingTags;

const crashed = `ready: false
  started: false
  restartCount: 5
  state: {waiting: {reason: CrashLoopBackOff, message: {{ printf "back-off 2m40s restarting failed container=%s" .name | Quote }}}}
  lastState: {terminated: {exitCode: 1, reason: Error, startedAt: {{ $started | Quote }}, finishedAt: {{ $started | Quote }}}}`;

const notPulled = `ready: false
  started: false
  restartCount: 0
  state: {waiting: {reason: ImagePullBackOff, message: {{ printf "Back-off pulling image %s" .image | Quote }}}}`;

// One template for every change of a pod: it computes the whole status from the pod alone, so that the order of events doesn't matter.
// A container that fails while initializing holds back everything after it, as a kubelet would.
const statusTemplate = `
{{ $now := Now }}
{{ $started := or .status.startTime $now }}
{{ $held := eq (get (or .metadata.annotations (dict)) "${testReadyAnnotation}") "false" }}
{{ $blocked := false }}
{{ $pulling := false }}
{{ $ready := not $held }}
{{ range .spec.initContainers }}
{{ if ${hasTag(crash, imagePull)} }}{{ $blocked = true }}{{ end }}
{{ if and (eq (or .restartPolicy "") "Always") (${hasTag(notReady)}) }}{{ $ready = false }}{{ end }}
{{ end }}
{{ range .spec.containers }}
{{ if ${hasTag(notReady, crash, imagePull)} }}{{ $ready = false }}{{ end }}
{{ if ${hasTag(imagePull)} }}{{ $pulling = true }}{{ end }}
{{ end }}
{{ if $blocked }}{{ $ready = false }}{{ end }}
phase: {{ if or $blocked $pulling }}Pending{{ else }}Running{{ end }}
startTime: {{ $started | Quote }}
conditions:
- type: Initialized
  status: {{ if $blocked }}"False"{{ else }}"True"{{ end }}
  reason: {{ if $blocked }}ContainersNotInitialized{{ else }}""{{ end }}
  lastTransitionTime: {{ $now | Quote }}
{{ range $type := list "ContainersReady" "Ready" }}
- type: {{ $type }}
  status: {{ if $ready }}"True"{{ else }}"False"{{ end }}
  reason: {{ if $ready }}""{{ else }}ContainersNotReady{{ end }}
  message: {{ if $ready }}""{{ else }}containers with unready status{{ end }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
{{ range .spec.readinessGates }}
- type: {{ .conditionType | Quote }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
{{ $waiting := false }}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  {{ if $waiting }}
  ready: false
  started: false
  restartCount: 0
  state: {waiting: {reason: PodInitializing}}
  {{ else if hasSuffix "${crash}" .image }}
  {{ $waiting = true }}
  ${crashed}
  {{ else if hasSuffix "${imagePull}" .image }}
  {{ $waiting = true }}
  ${notPulled}
  {{ else if eq (or .restartPolicy "") "Always" }}
  ready: {{ not (hasSuffix "${notReady}" .image) }}
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $started | Quote }}}}
  {{ else }}
  ready: true
  started: false
  restartCount: 0
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $started | Quote }}, finishedAt: {{ $started | Quote }}}}
  {{ end }}
{{ end }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  {{ if $waiting }}
  ready: false
  started: false
  restartCount: 0
  state: {waiting: {reason: PodInitializing}}
  {{ else if hasSuffix "${crash}" .image }}
  ${crashed}
  {{ else if hasSuffix "${imagePull}" .image }}
  ${notPulled}
  {{ else }}
  ready: {{ not (or $held (hasSuffix "${notReady}" .image)) }}
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $started | Quote }}}}
  {{ end }}
{{ end }}
{{ if not .status.podIP }}
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
{{ with PodIPsWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ip: {{ index . 0 | Quote }}}]
{{ end }}
{{ end }}
`;

interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

function stage(
  kind: "Node" | "Pod",
  name: string,
  matchExpressions: readonly Requirement[],
  next: object,
  delay?: object,
): object {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: { resourceRef: { apiGroup: "v1", kind }, selector: { matchExpressions }, next, ...(delay && { delay }) },
  };
}

/** How long pods take to start, in milliseconds; each by chance in between. */
export interface PodStart {
  readonly least: number;
  readonly most: number;
}

const alive: Requirement = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const unfinished: Requirement = { key: ".status.phase", operator: "In", values: ["Pending", "Running"] };
const annotation = `.metadata.annotations["${testReadyAnnotation}"]`;
const ready = '.status.conditions[] | select(.type == "Ready") | .status';
const failing = `[(.spec.containers + (.spec.initContainers // []))[].image | test("(${Object.values(failingTags).join("|")})$")] | any`;

/**
 * The life of a pod as kwok plays it: started at once unless told otherwise, held or failed as its annotation and image tags say, deleted at once.
 * At most one stage fits a pod at any time; kwok would choose by chance otherwise.
 */
export function podStages(start?: PodStart): string {
  const stages = [
    stage(
      "Pod",
      "pod-start",
      [alive, unfinished, { key: ".status.containerStatuses[]?", operator: "DoesNotExist" }],
      { statusTemplate },
      {
        durationFrom: { jq: { expression: `.metadata.annotations["${testStartAnnotation}"]` } },
        ...(start && { durationMilliseconds: start.least, jitterDurationMilliseconds: start.most }),
      },
    ),
    stage(
      "Pod",
      "pod-hold",
      [
        alive,
        unfinished,
        { key: ".status.containerStatuses[]?", operator: "Exists" },
        { key: ready, operator: "In", values: ["True"] },
        { key: annotation, operator: "In", values: ["false"] },
      ],
      { statusTemplate },
    ),
    stage(
      "Pod",
      "pod-release",
      [
        alive,
        unfinished,
        { key: ".status.containerStatuses[]?", operator: "Exists" },
        { key: ready, operator: "In", values: ["False"] },
        { key: annotation, operator: "NotIn", values: ["false"] },
        { key: failing, operator: "NotIn", values: ["true"] },
      ],
      { statusTemplate },
    ),
    // kwok manages the pods of a node only if it has a stage for nodes. Ours are complete when created: this stage is never reached.
    stage("Node", "node-delete", [{ key: ".metadata.deletionTimestamp", operator: "Exists" }], { delete: true }),
    stage("Pod", "pod-delete", [{ key: ".metadata.deletionTimestamp", operator: "Exists" }], { delete: true }),
  ];
  return stages.map((each) => stringify(each)).join("---\n");
}
