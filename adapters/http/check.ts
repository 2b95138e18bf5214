/** What is wrong with a declared API, found when it is declared and not when somebody needs it. */
import type { ToolSpec } from "../../src/core/agent.ts";
import { namesIn, type UrlTemplate } from "./template.ts";

interface Declared {
  name: string;
  baseUrl: string;
  private?: boolean;
  healthPath?: string;
  operations: readonly Shape[];
}

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Throws an Error that says what to do. */
export function checkApi({
  name,
  baseUrl,
  private: isPrivate = false,
  healthPath,
  operations,
}: Declared): void {
  const fail = (what: string) => new Error(`api ${name}: baseUrl ${JSON.stringify(baseUrl)} ${what}`);
  if (!URL.canParse(baseUrl)) throw fail("is no URL");
  const { protocol, username, password, search, hash } = new URL(baseUrl);
  if (protocol !== "https:" && !(protocol === "http:" && isPrivate)) {
    throw fail("is not https; without TLS only a host with private: true is spoken to");
  }
  if (username || password) throw fail("holds a user or password; give them as a header with a secret");
  if (healthPath !== undefined && !/^\/[\w./~-]*$/.test(healthPath)) {
    throw new Error(
      `api ${name}: healthPath ${JSON.stringify(healthPath)} is no plain path; write it like /health`,
    );
  }
  if (search || hash) throw fail("has a query or a fragment; put queries into the paths of its operations");
  if (!Array.isArray(operations)) throw new Error(`api ${name}: operations is no list`);
  for (const { name: operation, method, path } of operations) {
    if (methods.includes(method) && typeof path === "string") continue;
    const wrong = methods.includes(method) ? "path is no text" : `method ${JSON.stringify(method)} is none`;
    throw new Error(`api ${name}: ${operation}: ${wrong}; write it like method: "GET", path: "/orders/{id}"`);
  }
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
  const inPath = template.segments.flatMap(namesIn);
  const inQuery = template.query.flatMap(({ value }) => namesIn(value));
  const used = new Set([...inPath, ...inQuery, ...(shape.body ?? [])]);
  const problems = [
    ...[...used].flatMap((one) =>
      one in properties
        ? []
        : [`${one} is no input; the inputs are ${Object.keys(properties).join(", ") || "none"}`],
    ),
    ...Object.keys(properties).flatMap((one) =>
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
