/** The OpenAPI 3.1 document, made from the table of operations and the zod schemas of the wire. */
import { z } from "zod";
import { problemCodes } from "../guard/problem-codes.ts";
import { describeProblem } from "../guard/problems.ts";
import { wireEventSchema } from "../wire/events.ts";
import type { Operation } from "../wire/operation.ts";
import { type OperationId, operationIds, operations } from "../wire/operations.ts";
import { problemSchema } from "../wire/problem.ts";
import { openQuestionSchema } from "../wire/questions.ts";
import { runStateSchema, runSummarySchema } from "../wire/runs.ts";
import { healthSchema, sessionSchema } from "../wire/server.ts";

type Json = Record<string, unknown>;

const components = {
  RunState: runStateSchema,
  RunSummary: runSummarySchema,
  Event: wireEventSchema,
  OpenQuestion: openQuestionSchema,
  Session: sessionSchema,
  Health: healthSchema,
  Problem: problemSchema,
};

/** As plain JSON. `base`: the path under which a proxy shows the server, "" when there is none. */
export function openApiDocument(version: string, base: string): Json {
  const paths: Record<string, Json> = {};
  for (const id of operationIds) {
    const operation: Operation = operations[id];
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method]: describe(id, operation) };
  }
  const schemas = Object.entries(components).map(([name, schema]) => [name, jsonSchema(schema, "output")]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Belay",
      version,
      description: `Errors are problem documents (RFC 9457). Codes: ${problemCodes.map(codeInWords).join(" · ")}.`,
    },
    servers: [{ url: base || "/" }],
    paths,
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "belay_session" },
      },
    },
  };
}

function codeInWords(code: (typeof problemCodes)[number]): string {
  return `${code} (${describeProblem(code)?.status})`;
}

function describe(id: OperationId, operation: Operation): Json {
  const { scopes, body, summary, method } = operation;
  const parameters = [...pathParameters(operation), ...queryParameters(operation)];
  const idempotent = method === "post" && scopes !== null;
  if (idempotent) parameters.push(idempotencyKey);
  return {
    operationId: id,
    summary,
    ...(scopes === null ? { security: [] } : { security: [{ token: [...scopes] }, { session: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(body, "input") } },
          },
        }
      : {}),
    responses: {
      [operation.success[0]]: successOf(operation),
      default: {
        description: "A problem",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

const idempotencyKey: Json = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "The same request under the same key is done once, and its answer repeated for 30 days.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

function successOf({ success: [, answer], summary }: Operation): Json {
  if (answer === null) return { description: "Done" };
  if (typeof answer === "string") return { description: summary, content: { [answer]: {} } };
  return { description: summary, content: { "application/json": { schema: reference(answer) } } };
}

function reference(schema: z.ZodType): Json {
  const name = Object.entries(components).find(([, known]) => known === schema)?.[0];
  return name === undefined ? jsonSchema(schema, "output") : { $ref: `#/components/schemas/${name}` };
}

function pathParameters({ path }: Operation): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: Operation): Json[] {
  if (!query) return [];
  const { properties = {} } = jsonSchema(query, "input") as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
