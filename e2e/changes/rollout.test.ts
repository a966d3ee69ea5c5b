import { kinds } from "@multigres/controller-kit";
import { failingTags } from "@multigres/tools/control-plane";
import type { Script } from "@multigres/tools/multiadmin";
import { beforeAll, describe, expect, it } from "vitest";
import { leanDemo, leanStd } from "../fixtures/demo.ts";
import { small } from "../fixtures/small.ts";
import { sharedCluster } from "../support/cluster.ts";
import { always, eventually } from "../support/eventually.ts";
import { condition, eventsOn, settled } from "../support/observing.ts";
import { allDisruptionsOf, disruptionsOf, isReady, podsOf, uidsOf } from "./pool-pods.ts";

const cluster = sharedCluster();

describe("a changed image", () => {
  it("case 47: of gateways rolls gateways alone, of PostgreSQL pool pods alone, one at a time over the whole shard", async () => {
    const namespace = await cluster.namespace("case47");
    const images = (multigateway: string, postgres: string) =>
      leanDemo(({ spec }) => {
        spec.images = { ...spec.images, multigateway, postgres };
      }, namespace);
    const twoInEachCell = leanStd(({ spec }) => {
      for (const pool of spec.pools) pool.replicas = 2;
    }, namespace);
    const components = ["multiadmin", "multiorch", "multigateway", "toposerver", "shard-pool"];
    const uids = async () =>
      Object.fromEntries(
        await Promise.all(
          components.map(async (name) => [name, uidsOf(await podsOf(cluster, namespace, name))] as const),
        ),
      );
    await cluster.apply(twoInEachCell, images("gateway:1", "pgctld:1"));
    await settled(cluster, namespace);
    const before = await uids();

    await cluster.apply(images("gateway:2", "pgctld:1"));
    await settled(cluster, namespace);
    // A Deployment no longer counts pods that are still on their way out.
    const multigateway = await eventually(async () => {
      const found = uidsOf(await podsOf(cluster, namespace, "multigateway"));
      expect(Object.keys(found)).toHaveLength(2);
      for (const uid of Object.values(found)) {
        expect(Object.values(before["multigateway"] ?? {})).not.toContain(uid);
      }
      return found;
    });
    expect({ ...(await uids()), multigateway: before["multigateway"] }).toEqual(before);

    const pods = await podsOf(cluster, namespace, "shard-pool");
    const history = await cluster.history(kinds.Pod, namespace);
    await cluster.apply(images("gateway:2", "pgctld:2"));
    await eventually(async () => {
      await settled(cluster, namespace);
      for (const [name, pod] of await podsOf(cluster, namespace, "shard-pool")) {
        expect(pod.spec?.initContainers?.find((container) => container.name === "postgres")?.image, name).toBe(
          "pgctld:2",
        );
      }
    });
    const after = await uids();
    expect({ ...after, "shard-pool": {} }).toEqual({ ...before, multigateway, "shard-pool": {} });
    for (const [database, replicas] of [
      ["prod_db", 4],
      ["tiny_db", 2],
    ] as const) {
      const { atOnce, order } = await allDisruptionsOf(pods, history, database, replicas);
      expect(atOnce, database).toBe(1);
      expect(order.toSorted(), database).toEqual([...new Set(order)].sort());
    }
    history.stop();
  });
});

/** A small cluster of three pods that the tests share: each begins with all of them running the same image, the first one with no Event told yet. */
describe("a shard", () => {
  let namespace: string;
  /** How many images there were. */
  let images = 0;

  const withImage = (postgres: string) => {
    const wanted = small(namespace, { pods: 3 });
    return { ...wanted, spec: { ...wanted.spec, images: { postgres } } };
  };
  const shard = () => cluster.api.get(kinds.Shard, { namespace, name: "db-default-0" });
  const say = (script: Script) => cluster.multiadmin.script({ namespace, name: "small" }, script);
  const switchOvers = async () => {
    const requests = await cluster.multiadmin.requests({ namespace, name: "small" });
    return requests.filter(({ path }) => path.endsWith("/switch-primary")).length;
  };
  /** Asks for an image that no pod has had. */
  const change = async () => {
    images += 1;
    await cluster.apply(withImage(`pgctld:${images}`));
  };
  /** All pods run the image that was asked for last. */
  const updated = () =>
    eventually(async () => {
      const { metadata, spec, status } = await shard();
      expect(spec.images.postgres).toBe(`pgctld:${images}`);
      expect(status).toMatchObject({ observedGeneration: metadata.generation, updatedPods: 3, readyPods: 3 });
    });
  /** The pod of the primary, when there is one and the cluster is at rest. */
  const served = async () => {
    await say({});
    await settled(cluster, namespace, "small");
    return eventually(async () => {
      const { podName } =
        (await cluster.multiadmin.leaders()).findLast((leader) => leader.namespace === namespace) ?? {};
      expect((await shard()).status).toMatchObject({ servingWrites: "True", primaryPod: podName });
      return podName ?? "";
    });
  };

  beforeAll(async () => {
    namespace = await cluster.namespace("rollout");
    await change();
  });

  describe("with a changed image of PostgreSQL", () => {
    it("replaces the primary's pod last, after switching over, and says how far it is", async () => {
      const primary = await served();
      const pods = await podsOf(cluster, namespace, "shard-pool");
      const history = await cluster.history(kinds.Pod, namespace);
      const told = await cluster.history(kinds.Shard, namespace);
      const switchedBefore = await switchOvers();
      await change();
      await updated();
      const { atOnce, order } = await allDisruptionsOf(pods, history, "db", 3);
      history.stop();
      expect(atOnce).toBe(1);
      expect(order.at(-1)).toBe(primary);
      expect(await switchOvers()).toBe(switchedBefore + 1);
      await eventually(() => {
        const messages = told.versions.map((version) => condition(version, "Progressing")?.message ?? "");
        expect(messages.join("\n")).toMatch(/[12] of 3 pods are updated/);
      });
      told.stop();
      const regarding = { kind: "Shard", name: "db-default-0" };
      await eventually(async () => {
        const removals = await eventsOn(cluster, namespace, regarding, "Removing");
        expect(new Set(removals.map(({ note }) => note.split(":")[0]))).toEqual(
          new Set(order.map((pod) => `Deleting Pod ${pod}`)),
        );
      });
      // Sent before the Event about the primary's pod.
      expect(await eventsOn(cluster, namespace, regarding, "SwitchingOver")).toHaveLength(1);
    });

    it("deletes the primary's pod all the same when switching over fails for good", async () => {
      const primary = await served();
      const switchedBefore = await switchOvers();
      await say({ shards: { db: { switchFails: true } } });
      await change();
      await updated();
      expect(await switchOvers()).toBe(switchedBefore + 3);
      await eventually(async () => {
        expect((await shard()).status?.primaryPod).not.toBe(primary);
      });
    });

    it("waits until a pod follows again before it takes the next one", async () => {
      const primary = await served();
      const pods = await podsOf(cluster, namespace, "shard-pool");
      await say({ shards: { db: { joinMs: 600_000 } } });
      const before = uidsOf(pods);
      await change();
      await eventually(async () => {
        const message = condition(await shard(), "Progressing")?.message;
        expect(message).toMatch(/is ready, but doesn't follow the primary yet; 1 of 3 pods are updated/);
      });
      const replaced = async () =>
        Object.entries(uidsOf(await podsOf(cluster, namespace, "shard-pool"))).filter(
          ([name, uid]) => before[name] !== uid,
        );
      await always(async () => expect(await replaced()).toHaveLength(1), 8_000);
      await say({});
      await updated();
      await eventually(async () => {
        expect((await shard()).status?.primaryPod).not.toBe(primary);
      });
    });

    it.each([
      ["crashes", failingTags.crash],
      ["can't be pulled", failingTags.imagePull],
      ["never gets ready", failingTags.notReady],
    ])("that %s takes one pod, and a fix heals without anybody's help", async (_, tag) => {
      await served();
      const pods = await podsOf(cluster, namespace, "shard-pool");
      const history = await cluster.history(kinds.Pod, namespace);
      await cluster.apply(withImage(`pgctld${tag}`));
      const unready = async () =>
        [...(await podsOf(cluster, namespace, "shard-pool")).values()].filter((pod) => !isReady(pod));
      await eventually(async () => {
        const [pod] = await unready();
        expect(pod?.spec?.initContainers?.find(({ name }) => name === "postgres")?.image).toBe(`pgctld${tag}`);
      });
      await always(async () => expect((await unready()).length).toBeLessThan(2), 8_000);
      expect(condition(await shard(), "Available")).toMatchObject({ status: "True" });

      await change();
      await updated();
      history.stop();
      expect(disruptionsOf(pods, history, "db").atOnce).toBe(1);
    });

    it("goes on without knowing the primary, slowly, when multiadmin is dead", async () => {
      await served();
      const pods = await podsOf(cluster, namespace, "shard-pool");
      const history = await cluster.history(kinds.Pod, namespace);
      const switchedBefore = await switchOvers();
      await say({ mode: "cut" });
      await change();
      await updated();
      history.stop();
      expect(disruptionsOf(pods, history, "db")).toMatchObject({ atOnce: 1 });
      expect(await switchOvers()).toBe(switchedBefore);
    });
  });

  it("with changed labels and annotations of pods restarts nothing", async () => {
    await served();
    const before = uidsOf(await podsOf(cluster, namespace, "shard-pool"));
    const wanted = small(namespace, { pods: 3 });
    const [database] = wanted.spec.databases ?? [];
    const [pool] = database?.spec.pools ?? [];
    if (pool) Object.assign(pool, { podLabels: { team: "a" }, podAnnotations: { note: "b" } });
    wanted.spec.images = { postgres: `pgctld:${images}` };
    await cluster.apply(wanted);
    await eventually(async () => {
      const { items } = await cluster.api.list(kinds.StatefulSet, {
        namespace,
        labelSelector: "multigres.com/database=db",
      });
      expect(items[0]?.spec?.template.metadata?.labels).toMatchObject({ team: "a" });
    });
    await settled(cluster, namespace, "small");
    expect((await shard()).status).toMatchObject({ updatedPods: 3 });
    await always(async () => expect(uidsOf(await podsOf(cluster, namespace, "shard-pool"))).toEqual(before));
  });
});
