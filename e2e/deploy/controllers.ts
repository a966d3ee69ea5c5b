/** What each controller is there for, in terms of the API: its own kind and the kinds that it makes. */
export const controllers = {
  "cluster-controller": { primary: "multigresclusters", children: ["toposervers", "cells", "tablegroups"] },
  "cell-controller": { primary: "cells", children: ["toposervers"] },
  "topo-controller": { primary: "toposervers", children: [] },
  "tablegroup-controller": { primary: "tablegroups", children: ["shards"] },
  "shard-controller": { primary: "shards", children: [] },
} as const;

export type ControllerName = keyof typeof controllers;
export const controllerNames = Object.keys(controllers) as ControllerName[];
