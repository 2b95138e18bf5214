/** Makes an error of whatever is thrown: hono hands nothing else to `onError`, and its answer would be no problem. */
import { createMiddleware } from "hono/factory";
import { thrown } from "../../core/text/thrown.ts";
import type { Env } from "./context.ts";

/** First inside of what looks at every answer, so that those see a problem document too. */
export const errorsOnly = createMiddleware<Env>(async (_c, next) => {
  try {
    await next();
  } catch (error) {
    throw error instanceof Error ? error : new Error(`thrown: ${thrown(error)}`);
  }
});
