/** What is wrong with a declared API, found when it is declared and not when somebody needs it. */
import { z } from "zod";
import type { ToolSpec } from "../../src/core/agent.ts";
import { ifMeant } from "../../src/core/text/closest.ts";
import type { PlainTool } from "../../src/tools/contract.ts";
import { checkDeclared, titled, toolSchema } from "../../src/tools/declared.ts";
import { callable, faultOfTls, mustBe, namePart, serverUrl } from "../../src/tools/declared-values.ts";
import type { Api, Operation } from "./api.ts";
import { headerName, headerValue } from "./headers.ts";
import { namesIn, parseTemplate, type UrlTemplate, type Values } from "./template.ts";

const operationShape = {
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
  path: z
    .string({ error: mustBe('a path like "/orders/{id}?state={state}"') })
    .superRefine((path, context) => {
      try {
        parseTemplate(path);
      } catch (error) {
        context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
      }
    }),
  body: z.array(z.string()).optional(),
  idempotencyHeader: headerName.optional(),
  pick: z.string().optional(),
} satisfies Record<Exclude<keyof Operation, keyof PlainTool<unknown>>, z.ZodType>;

/** What an operation has beside the keys of a tool. */
export const ownKeys: readonly string[] = Object.keys(operationShape);

const operationSchema = z.strictObject({
  ...toolSchema.pick({ description: true, input: true, effect: true, requiresApproval: true, offer: true })
    .shape,
  ...toolSchema.pick({ idempotencyKey: true, preview: true, reconcile: true, verify: true, undo: true })
    .shape,
  ...toolSchema.pick({ maxOutput: true, timeoutMs: true, untrusted: true }).shape,
  ...operationShape,
  name: z.string().regex(/^[a-z0-9_]+$/, "is lower-case letters, digits and _"),
} satisfies Record<keyof Operation, z.ZodType>);

const apiSchema = z.strictObject({
  name: namePart,
  baseUrl: serverUrl("https://orders.example.com/api/v1"),
  private: z.boolean().optional(),
  headers: z.record(headerName, headerValue).optional(),
  healthPath: z
    .string()
    .regex(/^\/[\w./~-]*$/, "is no plain path; write it like /health")
    .optional(),
  operations: z.array(operationSchema),
  resolve: callable.optional(),
} satisfies Record<keyof Api<readonly Values[]>, z.ZodType>);

/** Throws an Error that says what to do. */
export function checkApi(api: Api<readonly Values[]>): void {
  const what = titled("api", api);
  checkDeclared(what, apiSchema, api);
  const fault = faultOfTls(api.baseUrl, api.private ?? false);
  if (fault !== null) throw new Error(`${what}: baseUrl: ${fault}`);
}

interface Shape {
  name?: string;
  path: string;
  method: string;
  body?: readonly string[];
  pick?: string;
}

/** Throws an Error with all that is wrong, each with what to do. */
export function checkOperation({ name, schema }: ToolSpec, template: UrlTemplate, shape: Shape): void {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const inputs = Object.keys(properties);
  const inPath = template.segments.flatMap(namesIn);
  const inQuery = template.query.flatMap(({ value }) => namesIn(value));
  const used = new Set([...inPath, ...inQuery, ...(shape.body ?? [])]);
  const problems = [
    ...[...used].flatMap((one) =>
      inputs.includes(one)
        ? []
        : [`${one} is no input${ifMeant(one, inputs)}; the inputs are ${inputs.join(", ") || "none"}`],
    ),
    ...inputs.flatMap((one) =>
      used.has(one) ? [] : [`the input ${one} is not used; put it into the path, the query or the body`],
    ),
    ...inPath.flatMap((one) =>
      isNullable(properties[one])
        ? [`{${one}} may be null, and a path can't leave it out; make it required`]
        : [],
    ),
    ...(shape.body && /^(GET|HEAD)$/.test(shape.method) ? [`${shape.method} has no body`] : []),
    ...(shape.pick === undefined || /^(\/([^~]|~[01])*)?$/.test(shape.pick)
      ? []
      : [`pick ${JSON.stringify(shape.pick)} is no JSON pointer; write it like /data/items`]),
  ];
  if (problems.length > 0) throw new Error(`tool ${name}: ${problems.join("; ")}`);
}

function isNullable(property: Readonly<Record<string, unknown>> | undefined): boolean {
  const members = Array.isArray(property?.anyOf) ? property.anyOf : [property];
  return members.some((member) => [member?.type].flat().includes("null"));
}
