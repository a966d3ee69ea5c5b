export {
  type Binary,
  type CalledContainer,
  checkContainer,
  checkExpansions,
  checkFlags,
  type FlagDefinition,
  type FlagTable,
  multigresFlags,
} from "./flags.ts";
