/** Where channels receive by HTTP: they check their own signatures, nobody logs in here. */
import type { Hono } from "hono";
import type { Env, Server } from "./guard/context.ts";
import { ProblemError } from "./guard/problems.ts";

/** The first channel that does not answer null to a request has it; when none does, the answer is 404. */
export function addChannelEndpoints(app: Hono<Env>, { channels, base, config }: Server): void {
  app.on(["GET", "POST", "PUT"], [...config.about.paths], async (c) => {
    const request = base === "" ? c.req.raw : withoutBase(c.req.raw, base);
    for (const channel of channels) {
      const answer = channel.handle(request);
      if (answer) return await answer;
    }
    throw new ProblemError("not_found", "No channel receives here.");
  });
}

/** Channels know their paths from the root, wherever a proxy shows them. */
function withoutBase(request: Request, base: string): Request {
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`${base}/`)) return request;
  url.pathname = url.pathname.slice(base.length);
  return new Request(url, request);
}
