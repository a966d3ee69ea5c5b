/**
 * A rule that names the culprit, or that needs more than the object itself: the API server evaluates it as a
 * ValidatingAdmissionPolicy, without any server of ours. Expressions are CEL and keep to what Kubernetes 1.30 knows.
 */
export interface AdmissionPolicy {
  /** Also the name of its binding. */
  readonly name: `${string}.multigres.com`;
  /** What it refuses, in one sentence. */
  readonly description: string;
  /** Plural names of the kinds that it looks at; always the whole object, never a subresource. */
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  /** Evaluated once for every object of this kind in the request's namespace, as `params`. */
  readonly paramKind?: string;
  /** Expressions that must all hold for the policy to apply. */
  readonly matchConditions?: Readonly<Record<string, string>>;
  /** Expressions that others read as `variables.<name>`; evaluated at most once, and only when read. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly { readonly expression: string; readonly messageExpression: string }[];
}

/** Objects that were accepted before a rule existed must stay editable elsewhere, and must be able to go. */
export const specChanges = "oldObject == null || object.spec != oldObject.spec";

/** CEL: a list of strings as one text; a message above 5 kB would be replaced by the bare expression. */
export function listed(list: string): string {
  const text = `${list}.join(', ')`;
  return `(${text}.size() > 2000 ? ${text}.substring(0, 2000) + ' ...' : ${text})`;
}
