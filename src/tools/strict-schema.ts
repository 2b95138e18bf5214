/** Turns a tool's zod input into the strict JSON Schema of model providers, or says what stands in the way. */
import { z } from "zod";

type JsonSchema = Record<string, unknown>;

const noType =
  "has no type that JSON knows (z.any, z.date, a transform of an object or a list); name it exactly, and convert it in run";

/**
 * JSON Schema, draft 7, of what the model writes: of a codec or a transform that is its input. Every object lists all its
 * keys as required and allows no others. Throws an Error that names the tool and the key.
 */
export function strictSchema(tool: string, input: z.ZodObject): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(input, {
    target: "draft-7",
    io: "input",
    // Becomes {}, which the check below refuses with its path.
    unrepresentable: "any",
    override: ({ zodSchema: { _zod: zod }, jsonSchema }) => {
      // Objects without a word on other keys drop them in silence, and such a call is refused (fit.ts).
      if (zod.def.type === "object" && zod.def.catchall === undefined)
        jsonSchema.additionalProperties = false;
      // Of its result nobody can say any more which keys were dropped. Becomes {} like what is unrepresentable.
      if (isConverted(zod.def) && !isScalar(jsonSchema)) emptied(jsonSchema);
      if (jsonSchema.type === "object") jsonSchema.required ??= [];
      // Providers know anyOf but not oneOf; the members of a discriminated union exclude each other anyway.
      if (!jsonSchema.oneOf) return;
      jsonSchema.anyOf = jsonSchema.oneOf;
      delete jsonSchema.oneOf;
    },
  });
  checkNode(tool, schema, "input");
  return schema;
}

/** A codec, or what a transform makes of it; not a preprocess, whose result is checked key by key. */
function isConverted(def: z.core.$ZodTypes["_zod"]["def"]): boolean {
  return def.type === "pipe" && (def.out._zod.def.type === "transform" || "reverseTransform" in def);
}

function isScalar({ type, anyOf, oneOf }: z.core.JSONSchema.BaseSchema): boolean {
  if (type === "object" || type === "array") return false;
  return (anyOf ?? oneOf ?? []).every(isScalar);
}

function emptied(schema: z.core.JSONSchema.BaseSchema): void {
  for (const key of Object.keys(schema)) delete schema[key];
}

function checkNode(tool: string, node: unknown, path: string): void {
  const problem = problemOf(node);
  if (problem !== null || !isSchema(node)) throw new Error(`tool ${tool}: ${path} ${problem}`);
  for (const member of Array.isArray(node.anyOf) ? node.anyOf : []) checkNode(tool, member, path);
  if (isSchema(node.items)) checkNode(tool, node.items, `${path}[]`);
  if (node.type === "object") checkObject(tool, node, path);
}

function problemOf(node: unknown): string | null {
  if (!isSchema(node)) return noType;
  if ("default" in node) return "has .default(); make it .nullable() and put the default into run";
  if ("allOf" in node) return "is an intersection; write one z.object";
  if ("$ref" in node) return "is recursive; models are told flat inputs only";
  if (Array.isArray(node.items)) return "is a tuple; use z.object or z.array";
  const typed = ["anyOf", "type", "enum", "const"].some((key) => key in node);
  return typed ? null : noType;
}

function checkObject(tool: string, node: JsonSchema, path: string): void {
  if (node.additionalProperties !== false) {
    throw new Error(`tool ${tool}: ${path} allows any keys (z.record or a loose object); list its keys`);
  }
  const required = Array.isArray(node.required) ? node.required : [];
  for (const [key, value] of Object.entries(isSchema(node.properties) ? node.properties : {})) {
    checkNode(tool, value, `${path}.${key}`);
    if (!required.includes(key)) {
      throw new Error(`tool ${tool}: ${path}.${key} is .optional(); use .nullable() instead`);
    }
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
