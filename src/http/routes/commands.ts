/** Routes that change a run: each makes one command, and `admit` decides as for every other surface. */
import type { Actor } from "../../core/actor.ts";
import { authorize } from "../../core/admit/authorize.ts";
import type { LaunchRequest, RunCommand, Via } from "../../core/command.ts";
import type { State } from "../../core/state.ts";
import { callerOf } from "../guard/auth.ts";
import type { Ctx, Server } from "../guard/context.ts";
import { Idempotency, idempotencyKeyOf } from "../guard/idempotency.ts";
import { ProblemError, runNotFound } from "../guard/problems.ts";
import { runAsked } from "../view/child-runs.ts";
import { settlingIn } from "../view/spoken.ts";
import { type BodyOf, operations } from "../wire/operations.ts";
import { launchedAgain } from "./again.ts";
import type { Handlers } from "./route.ts";
import { readableRun, showLaunch, showRun } from "./run-access.ts";

type CommandId = "resume" | "pause" | "cancel" | "provideInput" | "say" | "approve" | "refuse";
type By = { actor: Actor; via: Via };

const commands: { [K in CommandId]: (body: BodyOf<K>, by: By) => RunCommand } = {
  resume: (_, by) => ({ type: "resume", ...by }),
  pause: (_, by) => ({ type: "pause", ...by }),
  cancel: (body, by) => ({ type: "cancel", reason: body.reason ?? "", ...by }),
  provideInput: (body, by) => ({
    type: "provide_input",
    questionId: body.question_id ?? null,
    answer: body.answer,
    ...by,
  }),
  say: (body, by) => ({ type: "say", text: body.text, ...by }),
  approve: ({ question_id: questionId, input = null }, by) =>
    input === null ? { type: "approve", questionId, ...by } : { type: "edit", questionId, input, ...by },
  refuse: (body, by) => ({ type: "refuse", questionId: body.question_id, reason: body.reason, ...by }),
};

/** Throws 404 `run_not_found` for a run that the caller may not see, else the problem of the refusal. */
export function commandRoutes(server: Server): Pick<Handlers, "launch" | "again" | "undo" | CommandId> {
  const idempotency = new Idempotency(server);

  function commandRoute<K extends CommandId>(operation: K) {
    return async (c: Ctx, { body }: { body: BodyOf<K> & { id: string } }) => {
      const { actor } = callerOf(c);
      const { id } = body;
      const state = await readableRun(server, actor, id);
      const by = { actor, via: viaOf(actor) };
      const command = spokenIn(state, operation, body, by) ?? commands[operation](body, by);
      const instance = `${server.base}/agent/state/${id}`;
      const request = { principal: actor.principal, key: idempotencyKeyOf(c), operation, body, instance };
      const { replayed } = await idempotency.once(request, async (inbox) => {
        const asked = "questionId" in command ? await runAsked(server, actor, state, command.questionId) : id;
        return server.engine.command(asked, command, inbox);
      });
      return answerRun(server, c, operation, { runId: id, replayed });
    };
  }

  return {
    launch: async (c, { body }) => {
      const { actor } = callerOf(c);
      const agent = launchable(server, actor, body.agent ?? server.config.defaultAgent);
      const key = idempotencyKeyOf(c);
      const request = { principal: actor.principal, key, operation: "launch", body, instance: null };
      const launch = launchOf(actor, body.input_prompt);
      const outcome = await idempotency.once(request, (inbox) => server.engine.launch(agent, launch, inbox));
      return answerRun(server, c, "launch", outcome);
    },
    again: async (c, { body }) => {
      const { actor } = callerOf(c);
      const again = await launchedAgain(server, { actor, via: viaOf(actor) }, body.id);
      const agent = launchable(server, actor, again.agent);
      const key = idempotencyKeyOf(c);
      const request = { principal: actor.principal, key, operation: "again", body, instance: null };
      const outcome = await idempotency.once(request, (inbox) =>
        server.engine.launch(agent, again.launch, inbox),
      );
      return answerRun(server, c, "launch", outcome);
    },
    undo: async (c, { body }) => {
      const { actor } = callerOf(c);
      const state = await readableRun(server, actor, body.id);
      const key = idempotencyKeyOf(c);
      const instance = `${server.base}/agent/state/${body.id}`;
      const request = { principal: actor.principal, key, operation: "undo", body, instance };
      const command = { type: "undo", questionId: body.question_id, actor, via: viaOf(actor) } as const;
      const outcome = await idempotency.once(request, async (inbox) => {
        const of = await runAsked(server, actor, state, command.questionId);
        return server.engine.command(of, command, inbox);
      });
      return answerRun(server, c, "undo", outcome);
    },
    resume: commandRoute("resume"),
    pause: commandRoute("pause"),
    cancel: commandRoute("cancel"),
    provideInput: commandRoute("provideInput"),
    say: commandRoute("say"),
    approve: commandRoute("approve"),
    refuse: commandRoute("refuse"),
  };
}

/** An answer that names no question can be one of the words that the context tells a client. */
function spokenIn(state: State, operation: CommandId, body: object, by: By): RunCommand | null {
  if (operation !== "provideInput" || !("answer" in body) || "question_id" in body) return null;
  const settling = settlingIn(state, String(body.answer));
  return settling === null ? null : { ...settling, ...by };
}

/** A run of the API speaks nowhere: it is asked for. */
function launchOf(actor: Actor, task: string): LaunchRequest {
  return {
    task,
    actor,
    via: viaOf(actor),
    addresses: [],
    context: [],
    trusted: true,
    follows: null,
    parent: null,
  };
}

function viaOf(actor: Actor): Via {
  return { channel: actor.principal.startsWith("console:") ? "console" : "api" };
}

function launchable({ engine }: Server, actor: Actor, name: string): string {
  if (engine.policyOf(name)) return name;
  const agents = engine.agents
    .map((agent) => agent.name)
    .filter((known) => {
      const policy = engine.policyOf(known);
      return policy !== null && authorize("launch", actor, policy.rights, null).allowed;
    });
  const detail = `There is no agent of this name. You may launch: ${agents.join(", ") || "none"}.`;
  throw new ProblemError("unknown_agent", detail, { more: { agents } });
}

async function answerRun(
  server: Server,
  c: Ctx,
  operation: "launch" | "undo" | CommandId,
  outcome: { runId: string; replayed: boolean },
): Promise<Response> {
  const state = await server.engine.state(outcome.runId);
  if (!state) throw runNotFound();
  if (outcome.replayed) c.header("Idempotent-Replayed", "true");
  const [status] = operations[operation].success;
  if (operation === "launch") c.header("Location", `${server.base}/agent/state/${state.runId}`);
  const { actor } = callerOf(c);
  const mayRead = server.engine.mayRead(actor, state);
  return c.json(
    await (mayRead ? showRun(server, actor, state) : showLaunch(server, actor, state.runId)),
    status,
  );
}
