/** The reference of the configuration, docs/configuration.md, made of the schemas that check it. */
import { z } from "zod";
import { approvalRuleSchema } from "../core/agent.ts";
import { frontMatterSchema } from "./agents.ts";
import { channels } from "./channels.ts";
import { variables } from "./environment.ts";
import { fileSchema } from "./file.ts";

/** As much of JSON Schema as the configuration's schemas become. */
interface Shape {
  type?: string | string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
  oneOf?: Shape[];
  additionalProperties?: Shape | boolean;
}

/** One key or variable. */
export interface Entry {
  /**
   * From the top of its file, `webhooks[].name`; an alternative's mark stands behind it: `webhooks[].verify` (hmac).
   */
  path: string;
  form: string;
  /** The default as it is written, or `required` or `optional`. */
  unless: string;
  /** Empty where the schema says nothing. */
  words: string;
}

function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as Shape;
}

/** Every key of belay.config.ts, outer ones before those inside of them. */
export function fileEntries(): Entry[] {
  return entriesIn(shapeOf(fileSchema), "");
}

/** Every key of an agent's front matter. */
export function agentEntries(): Entry[] {
  return entriesIn(shapeOf(frontMatterSchema), "");
}

/** Every key of a tool's `requiresApproval`, each of which may be left out. */
export function approvalEntries(): Entry[] {
  return entriesIn(shapeOf(approvalRuleSchema.partial()), "");
}

/** Every environment variable that the bot itself reads, and those of the channels. */
export function variableEntries(): Entry[] {
  const own = entriesIn(shapeOf(variables), "");
  const ofChannels = channels.flatMap((channel) =>
    Object.entries(channel.variables).map(([path, { purpose, secret }]) => ({
      path,
      form: secret === "nothing" ? "text" : "secret",
      unless: "optional",
      words: sentence(purpose),
    })),
  );
  return [...own, ...ofChannels];
}

function entriesIn({ properties = {}, required = [] }: Shape, parent: string): Entry[] {
  return Object.entries(properties).flatMap(([key, shape]) => {
    const path = `${parent}${key}`;
    const inner = innerOf(shape, path);
    const unless = unlessOf(shape, required.includes(key));
    return [{ path, form: formOf(shape), unless, words: sentence(shape.description ?? "") }, ...inner];
  });
}

/** The keys inside: of an object, of a list's elements, of a record's values (`<name>`), of each alternative. */
function innerOf(shape: Shape, path: string): Entry[] {
  if (shape.items) return innerOf(shape.items, `${path}[]`);
  if (shape.properties) return entriesIn(shape, `${path}.`);
  const { additionalProperties: values } = shape;
  if (typeof values === "object") return innerOf(values, `${path}.<name>`);
  const alternatives = shape.oneOf ?? shape.anyOf ?? [];
  const seen = new Set<string>();
  return alternatives
    .flatMap((one) => innerOf(one, `${path}${markOf(one)}`))
    .filter((entry) => {
      const isNew = !seen.has(entry.path);
      seen.add(entry.path);
      return isNew && !isMark(entry);
    });
}

/** The one fixed key of an alternative says which it is: `(hmac)`. */
function markOf({ properties = {} }: Shape): string {
  const kind = properties.kind?.const;
  return kind === undefined ? "" : ` (${String(kind)})`;
}

function isMark({ path, form }: Entry): boolean {
  return path.endsWith(").kind") && form.startsWith("`");
}

function unlessOf(shape: Shape, isRequired: boolean): string {
  if (shape.default !== undefined && shape.properties === undefined)
    return `\`${typeof shape.default === "string" ? shape.default : JSON.stringify(shape.default)}\``;
  return isRequired ? "required" : "optional";
}

function formOf(shape: Shape): string {
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``;
  if (shape.enum) return shape.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (shape.items) return formOf(shape.items) === "code" ? "code" : `list of ${formOf(shape.items)}`;
  if (typeof shape.additionalProperties === "object") return `by name: ${formOf(shape.additionalProperties)}`;
  const alternatives = shape.oneOf ?? shape.anyOf;
  if (alternatives) return [...new Set(alternatives.map(formOf))].join(" or ");
  const types = [shape.type ?? []].flat();
  return types.length === 0 ? "code" : types.map((type) => plainForms[type] ?? type).join(" or ");
}

const plainForms: Record<string, string> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "`true`, `false`",
  object: "object",
  null: "`null`",
};

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
