/** Arguments of a call as texts in a form, and back again. Whether they are right is for the server to say. */
import { lostDigits } from "../../core/text/digits.ts";
import { isSeen, visibleJson } from "../../core/text/visible.ts";

/** As much of a JSON Schema as a form needs. */
interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  description?: string;
}

/** What is sent, and what stands in the list. */
interface Choice {
  value: string;
  label: string;
}

export interface Field {
  name: string;
  kind: "text" | "number" | "boolean" | "choice" | "json";
  description: string | null;
  choices: Choice[];
  nullable: boolean;
}

export type Draft = Record<string, string>;

/** The schema's properties; without a schema, what the call holds. A text that hides a character is edited as JSON. */
export function fieldsOf(schema: unknown, input: unknown): Field[] {
  const values = isObject(input) ? input : {};
  return knownFields(schema, input).map((field) => {
    const value = values[field.name];
    return typeof value === "string" && !isSeen(value) ? { ...field, kind: "json" } : field;
  });
}

function knownFields(schema: unknown, input: unknown): Field[] {
  const properties = isObject(schema) ? (schema as Schema).properties : undefined;
  if (properties) return Object.entries(properties).map(([name, property]) => fieldOf(name, property));
  if (!isObject(input)) return [];
  return Object.entries(input).map(([name, value]) =>
    fieldOf(name, { type: value === null ? "json" : typeof value }),
  );
}

function fieldOf(name: string, schema: Schema): Field {
  const members = schema.anyOf ?? [schema];
  const types = members.flatMap((member) => member.type ?? []);
  const real = members.find((member) => member.type !== "null") ?? schema;
  const choices = (real.enum ?? []).filter((value) => value !== null).map(String);
  return {
    name,
    kind: kindOf(
      types.filter((type) => type !== "null"),
      choices,
    ),
    description: schema.description ?? real.description ?? null,
    choices: choices.map((value) => ({ value, label: value })),
    nullable: types.includes("null"),
  };
}

function kindOf(types: string[], choices: string[]): Field["kind"] {
  const [type] = types;
  if (choices.length > 0 && (type === "string" || type === undefined)) return "choice";
  if (types.length !== 1) return "json";
  if (type === "string") return "text";
  if (type === "number" || type === "integer") return "number";
  return type === "boolean" ? "boolean" : "json";
}

export function draftOf(fields: readonly Field[], input: unknown): Draft {
  const values = isObject(input) ? input : {};
  return Object.fromEntries(fields.map((field) => [field.name, textOf(field, values[field.name])]));
}

function textOf(field: Field, value: unknown): string {
  if (value === undefined || value === null) return field.kind === "json" && value === null ? "null" : "";
  return field.kind === "json" ? visibleJson(value, 2) : String(value);
}

/** Throws an Error for JSON that is none, and for numbers that would be others. */
export function inputOf(fields: readonly Field[], draft: Draft): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.name, valueIn(field, draft[field.name] ?? "")]));
}

function valueIn(field: Field, text: string): unknown {
  if (text === "" && field.nullable) return null;
  const lost = field.kind === "number" || field.kind === "json" ? lostDigits(text) : null;
  if (lost !== null) throw new Error(`${field.name}: ${lost}.`);
  switch (field.kind) {
    case "number":
      return text.trim() === "" ? null : Number(text);
    case "boolean":
      return text === "true";
    case "json":
      try {
        return JSON.parse(text);
      } catch {
        throw new Error(`${field.name} is no JSON. Write it with double quotes, e.g. ["a", "b"].`);
      }
    default:
      return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
