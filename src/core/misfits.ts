/** What does not fit a schema, told: which field, what belongs there and what was found. Nobody else words it. */
import { z } from "zod";
import { inWords, unknownKey } from "./misfit-words.ts";
import { nearestOf } from "./text/closest.ts";

/** `path`: the keys that lead to the field. `words` go on after its name: `must be text; found a list`. */
export interface Misfit {
  path: readonly PropertyKey[];
  words: string;
}

/** The value as the schema makes it, or all that is wrong with it. Words of a schema's own stand as they are. */
export function checkedBy<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { data: z.output<S> } | { misfits: readonly Misfit[] } {
  const forms: Forms = new Map();
  const error = (issue: z.core.$ZodRawIssue) => {
    noteForms(issue, forms);
    return inWords(issue);
  };
  const parsed = schema.safeParse(value, { error });
  return parsed.success
    ? { data: parsed.data }
    : { misfits: parsed.error.issues.flatMap((issue) => misfitsOf(issue, forms)) };
}

/** `limits.steps: must be a whole number; found text`. `whole`: the name of what was checked. */
export function lineOf({ path, words }: Misfit, whole: string): string {
  return `${path.map(String).join(".") || whole}: ${words}`;
}

/** The keys of an object; null: it takes others too, or is none. */
type Form = readonly string[] | null;

/**
 * Zod takes the schema off an issue before it hands it out, and keeps its lists: by them the keys are found again that
 * the schema knows, of a union those of each alternative.
 */
type Forms = Map<unknown, readonly Form[]>;

function noteForms(issue: z.core.$ZodRawIssue, forms: Forms): void {
  if (issue.code === "unrecognized_keys") forms.set(issue.keys, [formOf(issue.inst)]);
  if (issue.code === "invalid_union" && issue.inst instanceof z.ZodUnion)
    forms.set(issue.errors, issue.inst.options.map(formOf));
}

function formOf(schema: unknown): Form {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : null;
}

function misfitsOf(issue: z.core.$ZodIssue, forms: Forms): Misfit[] {
  const { path } = issue;
  const message = issue.message.toWellFormed();
  if (issue.code === "unrecognized_keys") {
    const known = forms.get(issue.keys);
    return issue.keys.map((key) => ({
      path: [...path, key],
      words: known === undefined ? message : unknownKey(key, known[0] ?? null),
    }));
  }
  if (issue.code !== "invalid_union") return [{ path, words: message }];
  return ofUnion(issue, forms, message).map((inner) => ({ ...inner, path: [...path, ...inner.path] }));
}

/**
 * Of several forms the nearest one is named, with what is wrong with it; where none is nearer than another, all of them
 * are. `otherwise`: the words where none is of the kind that was found.
 */
function ofUnion(
  { errors }: z.core.$ZodIssueInvalidUnion,
  forms: Forms,
  otherwise: string,
): readonly Misfit[] {
  const known = forms.get(errors) ?? [];
  // Alternatives of the kind that was found, and how much of each would have to change.
  const branches = errors
    .map((issues, index) => ({ issues, form: known[index] ?? null, far: distance(issues) }))
    .filter(({ issues }) => issues.every(isOfKind))
    .sort((a, b) => a.far - b.far);
  const [nearest, next] = branches;
  if (nearest === undefined) return [{ path: [], words: otherwise }];
  const named = branches.map(({ form }) => `{ ${(form ?? []).join(", ")} }`);
  const isTie = next?.far === nearest.far;
  if (isTie && branches.every(({ form }) => form !== null))
    return [{ path: [], words: `fits none of the forms ${named.join(", ")}` }];
  const inner = nearest.issues.flatMap((issue) => misfitsOf(issue, forms));
  if (next === undefined || isTie || nearest.form === null) return inner;
  const which = `read as ${named[0]}, the nearest of ${branches.length} forms`;
  return inner.map((one, index) => (index === 0 ? { ...one, words: `${one.words} (${which})` } : one));
}

function isOfKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}

/** More than the fields of any form: a word that names another form leads away from this one. */
const otherForm = 100;

/** A key that is nearly one of those that do not fit is that one, misspelt, and does not count beside it. */
function distance(issues: readonly z.core.$ZodIssue[]): number {
  const unfit = issues.flatMap(({ path }) => (path.length === 1 ? [String(path[0])] : []));
  return issues
    .map((issue) => {
      if (issue.code === "unrecognized_keys")
        return issue.keys.filter((key) => nearestOf(key, unfit) === null).length;
      return issue.code === "invalid_value" && issue.values.length === 1 ? otherForm : 1;
    })
    .reduce((sum, one) => sum + one, 0);
}
