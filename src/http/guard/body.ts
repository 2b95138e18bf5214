/** Reads a request's body and query into checked data, or says exactly what is wrong with them. */
import type { z } from "zod";
import { readBody as readBytes } from "../../core/ports/body.ts";
import { lostDigits } from "../../core/text/digits.ts";
import { cleaned, depthOf, escapePointer, maxDepth, parseErrorOf } from "../../core/text/json.ts";
import type { Ctx } from "./context.ts";
import { ProblemError } from "./problems.ts";

const maxBodyMib = 1;
const maxBodyBytes = maxBodyMib * 1024 * 1024;

/** Throws ProblemError: 400, 413, 415 or 422. */
export async function readBody<S extends z.ZodType>(c: Ctx, schema: S): Promise<z.infer<S>> {
  checkHeaders(c);
  const text = await readText(c.req.raw);
  if (depthOf(text) > maxDepth) {
    throw new ProblemError("too_deep", `The body nests deeper than ${maxDepth} levels. Send a flatter one.`);
  }
  const data = checked(parse(text), schema);
  const lost = lostDigits(text);
  if (lost !== null) throw new ProblemError("validation_failed", `The body: ${lost}.`);
  return data;
}

/** Query parameters arrive as strings; the schema turns them into what they mean. Unknown ones are errors. */
export function readQuery<S extends z.ZodType>(c: Ctx, schema: S): z.infer<S> {
  return checked(c.req.query(), schema);
}

function checkHeaders(c: Ctx): void {
  const encoding = c.req.header("content-encoding");
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new ProblemError("encoding_not_supported", "Send the body without Content-Encoding.");
  }
  const type = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new ProblemError("unsupported_media_type", "Send the body with Content-Type: application/json.");
  }
}

async function readText(request: Request): Promise<string> {
  const bytes = await readBytes(request, maxBodyBytes);
  if (bytes === null) throw tooLarge();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ProblemError("invalid_json", "The body is not UTF-8 text.");
  }
}

function tooLarge(): ProblemError {
  const detail = `The body is larger than ${maxBodyBytes} bytes (${maxBodyMib} MiB). Send less.`;
  return new ProblemError("body_too_large", detail);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProblemError("invalid_json", `${parseErrorOf(error, text)}. Send one JSON object.`);
  }
}

function checked<S extends z.ZodType>(value: unknown, schema: S): z.infer<S> {
  const clean = cleaned(value);
  if ("flaw" in clean) {
    const { code, pointer, detail } = clean.flaw;
    throw new ProblemError(code, `${pointer || "The body"}: ${detail}.`, {
      more: { errors: [{ pointer, detail }] },
    });
  }
  const result = schema.safeParse(clean.value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(errorsOf);
  const [first] = errors;
  const detail = first ? `${first.pointer || "The body"}: ${first.detail}.` : "The request is not valid.";
  throw new ProblemError("validation_failed", detail, { more: { errors } });
}

function errorsOf(issue: z.core.$ZodIssue): { pointer: string; detail: string }[] {
  const pointer = issue.path.map((key) => `/${escapePointer(String(key))}`).join("");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${escapePointer(key)}`,
      detail: "is not a known field",
    }));
  }
  return [{ pointer, detail: issue.message.toWellFormed() }];
}
