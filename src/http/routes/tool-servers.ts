/** The routes about foreign servers of tools: what they offer beside what is accepted, and its acceptance. */
import { type AcceptableServer, NotAccepted } from "../../core/ports/tool-server.ts";
import { acceptanceInWords, acceptanceVerbs } from "../../core/text/tool-acceptance.ts";
import { callerOf } from "../guard/auth.ts";
import type { Server } from "../guard/context.ts";
import { ProblemError } from "../guard/problems.ts";
import type { ToolServerList, WireToolServer } from "../wire/tool-servers.ts";
import { namesOf } from "./decisions.ts";
import type { Handlers } from "./route.ts";

const verbs = acceptanceVerbs;
/** Of acceptances alone: decisions about calls don't push them out. */
const shownAcceptances = 200;

export function toolServerRoutes(server: Server): Pick<Handlers, "toolServers" | "acceptTools"> {
  const servers = server.config.toolServers ?? [];
  return {
    toolServers: async (c) => {
      const list: ToolServerList = {
        servers: await Promise.all(servers.map(async (one) => viewOf(await reviewOf(one)))),
        acceptances: await acceptancesOf(server),
      };
      return c.json(list);
    },
    acceptTools: async (c, { body }) => {
      const found = serverNamed(servers, c.req.param("name") ?? "");
      const { principal, name } = callerOf(c).actor;
      let what = "nothing new";
      const note = (verb: string, rule: string) => {
        const action = `${verb} ${found.name}`;
        const row = { at: server.clock.now(), principal, name, action, resource: what };
        return server.engine.store.audit({ ...row, decision: "allowed", rule });
      };
      let isNoted = false;
      try {
        await found.accept({
          shown: body.tools,
          noted: async (changes) => {
            what = acceptanceInWords(changes);
            // Before it is written: nothing is accepted without a trace.
            await note(verbs.accepted, "admin");
            isNoted = true;
          },
        });
      } catch (error) {
        if (!(error instanceof NotAccepted)) throw error;
        if (isNoted) await note(verbs.failed, error.code);
        throw problemOf(error, " Nothing was accepted.");
      }
      server.log.info({ server: found.name, principal, what }, "tools accepted");
      return c.json(viewOf(await reviewOf(found)));
    },
  };
}

function serverNamed(servers: readonly AcceptableServer[], name: string): AcceptableServer {
  const found = servers.find((one) => one.name === name);
  if (found) return found;
  const names = servers.map((one) => one.name).join(", ") || "none";
  throw new ProblemError("not_found", `There is no such server of tools; there are: ${names}.`);
}

async function reviewOf(server: AcceptableServer) {
  try {
    return await server.review();
  } catch (error) {
    throw error instanceof NotAccepted ? problemOf(error) : error;
  }
}

const codes = { away: "tool_server_away", changed: "tools_changed", unwritten: "lock_file_failed" } as const;

/** `outcome`: of what was asked for; a look that fails says nothing of an acceptance before it. */
function problemOf({ code, message }: NotAccepted, outcome = ""): ProblemError {
  return new ProblemError(codes[code], `${message.replace(/\.$/, "")}.${outcome}`);
}

function viewOf({ tools, ...server }: Awaited<ReturnType<typeof reviewOf>>): WireToolServer {
  return { ...server, tools: tools.map((tool) => ({ ...tool })) };
}

async function acceptancesOf(server: Server): Promise<ToolServerList["acceptances"]> {
  const which = { decision: "allowed", verbs: Object.values(verbs) } as const;
  const rows = await server.engine.store.audits(shownAcceptances, which);
  const names = await namesOf(server, rows);
  const acceptances: ToolServerList["acceptances"] = [];
  // Newest first: a failure comes before the acceptance that it ended, which was noted before anything was written.
  const failed: string[] = [];
  for (const row of rows) {
    const [verb = "", name = ""] = row.action.split(" ");
    const key = JSON.stringify([row.principal, name, row.resource]);
    if (verb === verbs.failed) failed.push(key);
    if (verb !== verbs.accepted) continue;
    const failure = failed.indexOf(key);
    if (failure >= 0) failed.splice(failure, 1);
    const { at, principal, resource: what } = row;
    const who = { at, principal, name: names.get(principal) ?? null };
    acceptances.push({ ...who, server: name, what, written: failure < 0 });
  }
  return acceptances;
}
