import { databaseNames } from "./policies/database-names.ts";
import type { AdmissionPolicy } from "./policies/policy.ts";
import { poolCells } from "./policies/pool-cells.ts";
import { readOnlyChildren } from "./policies/read-only-children.ts";
import { storageGrowth } from "./policies/storage-growth.ts";
import { templateInUse } from "./policies/template-in-use.ts";
import { templateStorage } from "./policies/template-storage.ts";

/** Installed together with the CustomResourceDefinitions; the rules aren't complete without them. */
export const admissionPolicies: readonly AdmissionPolicy[] = [
  databaseNames,
  poolCells,
  storageGrowth,
  templateInUse,
  templateStorage,
];

/** Shipped, and off unless somebody asks for them. */
export const optionalAdmissionPolicies: readonly AdmissionPolicy[] = [readOnlyChildren];
