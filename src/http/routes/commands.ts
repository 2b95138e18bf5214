/** Routes that change a run: who asks and under which key, then what came of it. */
import type { Actor } from "../../core/actor.ts";
import type { Via } from "../../core/command.ts";
import { callerOf } from "../guard/auth.ts";
import type { Ctx, Server } from "../guard/context.ts";
import { idempotencyKeyOf } from "../guard/idempotency.ts";
import { problemOfRefusal } from "../guard/problems.ts";
import { type BodyOf, operations } from "../wire/operations.ts";
import type { ForgottenRuns } from "../wire/runs.ts";
import type { Handlers } from "./route.ts";
import { readableRow, showTo } from "./run-access.ts";
import type { Asker, CommandId, RunCommands } from "./run-commands.ts";

type Showing = "launch" | "again" | "undo" | CommandId;

export function commandRoutes(server: Server, commands: RunCommands): Pick<Handlers, Showing | "forget"> {
  function commandRoute<K extends CommandId>(operation: K) {
    return async (c: Ctx, { body }: { body: BodyOf<K> & { id: string } }) =>
      answerRun(server, c, operation, await commands.command(askerOf(c), operation, body));
  }

  return {
    launch: async (c, { body }) => answerRun(server, c, "launch", await commands.launch(askerOf(c), body)),
    again: async (c, { body }) => answerRun(server, c, "launch", await commands.again(askerOf(c), body)),
    undo: async (c, { body }) => answerRun(server, c, "undo", await commands.undo(askerOf(c), body)),
    resume: commandRoute("resume"),
    pause: commandRoute("pause"),
    cancel: commandRoute("cancel"),
    provideInput: commandRoute("provideInput"),
    say: commandRoute("say"),
    approve: commandRoute("approve"),
    refuse: commandRoute("refuse"),
    forget: async (c) => c.json(await forget(server, askerOf(c), c.req.param("id") ?? "")),
  };
}

/** Throws 404 `run_not_found`, 403, and 409 for a run that is not to be forgotten now. */
async function forget(server: Server, { actor, via }: Asker, id: string): Promise<ForgottenRuns> {
  const { runId } = await readableRow(server, actor, id);
  const done = await server.engine.forget(runId, { actor, via });
  if (!done.ok) throw problemOfRefusal(done.refusal, `${server.base}/agent/state/${runId}`);
  return { forgotten: done.forgotten, told_to: done.toldTo, erased: done.erased };
}

function askerOf(c: Ctx): Asker {
  const { actor } = callerOf(c);
  return { actor, via: viaOf(actor), key: idempotencyKeyOf(c) };
}

function viaOf(actor: Actor): Via {
  return { channel: actor.principal.startsWith("console:") ? "console" : "api" };
}

async function answerRun(
  server: Server,
  c: Ctx,
  operation: Showing,
  { runId, replayed }: { runId: string; replayed: boolean },
): Promise<Response> {
  const run = await showTo(server, callerOf(c).actor, runId);
  if (replayed) c.header("Idempotent-Replayed", "true");
  const [status] = operations[operation].success;
  if (operation === "launch") c.header("Location", `${server.base}/agent/state/${runId}`);
  return c.json(run, status);
}
