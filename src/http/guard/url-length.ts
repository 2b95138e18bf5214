/** Refuses addresses that no honest client makes, before anything reads them. */
import { createMiddleware } from "hono/factory";
import type { Env } from "./context.ts";
import { ProblemError } from "./problems.ts";

const maxUrl = 8 * 1024;

/** Throws 414 `uri_too_long` above 8,192 characters. */
export const limitUrl = createMiddleware<Env>(async (c, next) => {
  if (c.req.url.length > maxUrl) {
    const detail = `The URL is longer than ${maxUrl} characters. Send long values in the body.`;
    throw new ProblemError("uri_too_long", detail);
  }
  await next();
});
