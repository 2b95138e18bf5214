/** What is told of whatever was thrown: a problem that has a name, or that something is wrong here. */
import type { Ctx, Deps } from "./context.ts";
import { asProblem, ProblemError } from "./problems.ts";

/** An error that nobody expected is logged whole, and told without a word about the inside. */
export function problemOf(error: unknown, c: Ctx, { log }: Pick<Deps, "log">): ProblemError {
  const known = asProblem(error);
  if (known) return known;
  log.error({ request_id: c.get("requestId"), err: error }, "request failed unexpectedly");
  return new ProblemError("internal", "The server's log has the reason under this request_id.");
}
