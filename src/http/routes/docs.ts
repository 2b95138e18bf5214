/** The API described: the OpenAPI document, a page to read it, and what each problem means. */
import { html, raw } from "hono/html";
import type { Server } from "../guard/context.ts";
import { problemCodes } from "../guard/problem-codes.ts";
import { describeProblem, ProblemError } from "../guard/problems.ts";
import type { Operation } from "../wire/operation.ts";
import { operationIds, operations } from "../wire/operations.ts";
import { openApiDocument } from "./openapi.ts";
import type { Handlers } from "./route.ts";

/** All four are open to everybody: the API's description holds nothing of this installation. */
export function docsRoutes(server: Server): Pick<Handlers, "openapi" | "docs" | "docsStyle" | "problem"> {
  // Made when it is first asked for: of most starts nobody asks.
  let made: ReturnType<typeof openApiDocument> | null = null;
  const document = () => {
    made ??= openApiDocument(server.config.version, server.base);
    return made;
  };
  return {
    openapi: (c) => c.json(document()),
    docs: (c) => c.html(page(document())),
    docsStyle: (c) => c.body(style, 200, { "Content-Type": "text/css; charset=utf-8" }),
    problem: (c) => {
      const problem = describeProblem(c.req.param("name") ?? "");
      if (!problem) throw new ProblemError("not_found", "There is no such problem type.");
      return c.text(`${problem.code} (${problem.status})\n\n${problem.title}.\n`);
    },
  };
}

type Paths = Record<string, Record<string, { requestBody?: unknown }>>;

function page(document: Record<string, unknown>) {
  const paths = document.paths as Paths;
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Belay: the API</title>
  <link rel="stylesheet" href="docs/style.css">
</head>
<body>
<main>
  <h1>The API</h1>
  <p>Send <code>Authorization: Bearer …</code> with the owner's token, whose file is named at the start, and JSON bodies.
  The same as a document: <a href="openapi.json">openapi.json</a>.</p>
  ${operationIds.map((id) => section(operations[id], paths))}
  <h2>Problems</h2>
  <p>Every error is a problem document (RFC 9457): <code>detail</code> is for people, <code>code</code> for programs.</p>
  <ul>${problemCodes.map(problemLine)}</ul>
</main>
</body>
</html>`;
}

function section({ method, path, summary, scopes }: Operation, paths: Paths) {
  const shown = path.replace(/:(\w+)/g, "{$1}");
  const details = paths[shown]?.[method];
  const access =
    scopes === null ? "open" : scopes.length === 0 ? "any caller" : `scopes: ${scopes.join(", ")}`;
  return html`<section>
    <h2><code>${method.toUpperCase()} ${shown}</code></h2>
    <p>${summary}. <small>${access}</small></p>
    ${details?.requestBody ? fold("Body", details.requestBody) : raw("")}
  </section>`;
}

function fold(title: string, value: unknown) {
  return html`<details><summary>${title}</summary><pre>${JSON.stringify(value, null, 2)}</pre></details>`;
}

function problemLine(code: (typeof problemCodes)[number]) {
  const problem = describeProblem(code);
  return html`<li><code>${code}</code> ${problem?.status} ${problem?.title}</li>`;
}

const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 0; }
p { margin: 0.25rem 0; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { overflow: auto; padding: 0.5rem; border: 1px solid; border-radius: 6px; }
`;
