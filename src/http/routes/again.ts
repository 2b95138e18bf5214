/** What starts a run once more: the same task with the same data around it, and no more trust in it than before. */
import type { Actor } from "../../core/actor.ts";
import type { LaunchRequest, Via } from "../../core/command.ts";
import { isUntrustedTurn } from "../../core/event.ts";
import type { Server } from "../guard/context.ts";
import { ProblemError, runNotFound } from "../guard/problems.ts";
import { readableRun } from "./run-access.ts";

/** Throws 404 for a run that the caller may not see, 422 for one that was a single call. */
export async function launchedAgain(
  server: Server,
  { actor, via }: { actor: Actor; via: Via },
  id: string,
): Promise<{ agent: string; launch: LaunchRequest }> {
  await readableRun(server, actor, id);
  const [launched] = await server.engine.events(id);
  if (launched?.type !== "launched") throw runNotFound();
  const { task, title, context, trusted, follows } = launched;
  if (launched.call) {
    const detail = `Run ${id} is one call that was offered once. Start a run that asks for it.`;
    throw new ProblemError("answer_invalid", detail);
  }
  return {
    agent: launched.agent.name,
    launch: {
      task,
      ...(title === undefined ? {} : { title }),
      actor,
      via,
      // Where it spoke, others may be at work by now: it is told where it is asked for.
      addresses: [],
      context,
      trusted,
      follows: follows && { ...follows, untrusted: isUntrustedTurn(follows) },
      parent: null,
      repeats: id,
    },
  };
}
