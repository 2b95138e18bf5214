/** Turns a tool's zod input into the strict JSON Schema of model providers, or says what stands in the way. */
import { z } from "zod";

type JsonSchema = Record<string, unknown>;

const noType = "has no type that JSON knows (z.any, z.date, a transform); name it exactly";

/**
 * JSON Schema, draft 7: every object lists all its keys as required and allows no others.
 * Throws an Error that names the tool and the key.
 */
export function strictSchema(tool: string, input: z.ZodObject): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(input, {
    target: "draft-7",
    // Becomes {}, which the check below refuses with its path.
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
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
    if (!required.includes(key)) {
      throw new Error(`tool ${tool}: ${path}.${key} is .optional(); use .nullable() instead`);
    }
    checkNode(tool, value, `${path}.${key}`);
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
