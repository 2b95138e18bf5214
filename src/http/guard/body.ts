/** Reads a request's body and query into checked data, or says exactly what is wrong with them. */
import type { z } from "zod";
import { checkedBy } from "../../core/misfits.ts";
import { readBody as readBytes } from "../../core/ports/body.ts";
import { checkedJson, escapePointer, type Flaw, type ReadJson, readJson } from "../../core/text/json.ts";
import type { Ctx } from "./context.ts";
import { ProblemError } from "./problems.ts";

const maxBodyMib = 1;
const maxBodyBytes = maxBodyMib * 1024 * 1024;

/** Throws ProblemError: 400, 413, 415 or 422. */
export async function readBody<S extends z.ZodType>(c: Ctx, schema: S): Promise<z.infer<S>> {
  checkHeaders(c);
  const bytes = await readBytes(c.req.raw, maxBodyBytes);
  if (bytes === null) throw tooLarge();
  return checked(readJson(bytes), schema);
}

/** The same of data that came inside of a body. */
export function checkData<S extends z.ZodType>(value: unknown, schema: S): z.infer<S> {
  return checked(checkedJson(value), schema);
}

/** Query parameters arrive as strings; the schema turns them into what they mean. Unknown ones are errors. */
export function readQuery<S extends z.ZodType>(c: Ctx, schema: S): z.infer<S> {
  return checked(checkedJson(c.req.query()), schema);
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

function tooLarge(): ProblemError {
  const detail = `The body is larger than ${maxBodyBytes} bytes (${maxBodyMib} MiB). Send less.`;
  return new ProblemError("body_too_large", detail);
}

function checked<S extends z.ZodType>(read: ReadJson, schema: S): z.infer<S> {
  if ("flaw" in read) throw problemOf(read.flaw);
  const result = checkedBy(schema, read.value);
  if ("data" in result) return result.data;
  const errors = result.misfits.map(({ path, words }) => ({
    pointer: path.map((key) => `/${escapePointer(String(key))}`).join(""),
    detail: words,
  }));
  const [first] = errors;
  const detail = first ? `${first.pointer || "The body"}: ${first.detail}.` : "The request is not valid.";
  throw new ProblemError("validation_failed", detail, { more: { errors } });
}

function problemOf({ code, pointer, detail }: Flaw): ProblemError {
  switch (code) {
    case "invalid_json":
      return new ProblemError(code, `The body can't be read: ${detail}. Send one JSON object.`);
    case "too_deep":
      return new ProblemError(code, `The body ${detail}. Send a flatter one.`);
    default: {
      const told = code === "forbidden_key" ? code : "validation_failed";
      const errors = [{ pointer, detail }];
      return new ProblemError(told, `${pointer || "The body"}: ${detail}.`, { more: { errors } });
    }
  }
}
