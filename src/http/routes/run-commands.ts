/** What changes a run, for whichever surface asks it: each is one command, and `admit` decides as for every other. */
import { type Actor, type Address, isTrusted } from "../../core/actor.ts";
import { authorize } from "../../core/admit/authorize.ts";
import type { ToolCall } from "../../core/chosen-call.ts";
import type { LaunchRequest, RunCommand, Via } from "../../core/command.ts";
import type { InboxKey } from "../../core/ports/deliveries.ts";
import type { State } from "../../core/state.ts";
import { callInBrief } from "../../core/undo.ts";
import type { Server } from "../guard/context.ts";
import { Idempotency, type KeyedRequest } from "../guard/idempotency.ts";
import { ProblemError } from "../guard/problems.ts";
import { runAsked } from "../view/child-runs.ts";
import { settlingIn } from "../view/spoken.ts";
import type { BodyOf } from "../wire/operations.ts";
import { launchedAgain } from "./again.ts";
import { readableRun } from "./run-access.ts";

/** The operations that are one command to a run that is there. */
export type CommandId = "resume" | "pause" | "cancel" | "provideInput" | "say" | "approve" | "refuse";

/** Who asks, by which surface. `key`: of `Idempotency-Key` or what stands for it. */
export interface Asker {
  actor: Actor;
  via: Via;
  key: string | null;
}

/** `replayed`: the same request under the same key did it before. */
interface Outcome {
  runId: string;
  replayed: boolean;
}

type By = Pick<Asker, "actor" | "via">;

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

/** Each throws 404 `run_not_found` for a run that the asker may not see, else the problem of the refusal. */
export class RunCommands {
  readonly #server: Server;
  readonly #idempotency: Idempotency;

  constructor(server: Server) {
    this.#server = server;
    this.#idempotency = new Idempotency(server);
  }

  /** `addresses`: where the run speaks; without one it is asked for. */
  launch(asker: Asker, body: BodyOf<"launch">, addresses: readonly Address[] = []): Promise<Outcome> {
    const { config } = this.#server;
    const agent = this.#launchable(asker.actor, body.agent ?? config.defaultAgent);
    const launch = { ...launchOf(asker, body.input_prompt), addresses: [...addresses] };
    return this.#once(asker, { operation: "launch", body, instance: null }, (inbox) =>
      this.#server.engine.launch(agent, launch, inbox),
    );
  }

  /** A run of exactly this call of a tool, by the rights of an agent and the rules of the tool. */
  call(asker: Asker, call: ToolCall, agent: string, addresses: readonly Address[]): Promise<Outcome> {
    const known = this.#launchable(asker.actor, agent);
    const launch = { ...launchOf(asker, callInBrief(call)), addresses: [...addresses], call };
    return this.#once(asker, { operation: "call", body: call, instance: null }, (inbox) =>
      this.#server.engine.launch(known, launch, inbox),
    );
  }

  async again(asker: Asker, body: BodyOf<"again">): Promise<Outcome> {
    const again = await launchedAgain(this.#server, asker, body.id);
    const agent = this.#launchable(asker.actor, again.agent);
    return this.#once(asker, { operation: "again", body, instance: null }, (inbox) =>
      this.#server.engine.launch(agent, again.launch, inbox),
    );
  }

  async undo(asker: Asker, body: BodyOf<"undo">): Promise<Outcome> {
    const { actor, via } = asker;
    const state = await readableRun(this.#server, actor, body.id);
    const command = { type: "undo", questionId: body.question_id, actor, via } as const;
    return this.#once(asker, { operation: "undo", body, instance: this.#pathOf(body.id) }, async (inbox) => {
      const of = await runAsked(this.#server, actor, state, command.questionId);
      return this.#server.engine.command(of, command, inbox);
    });
  }

  async command<K extends CommandId>(
    asker: Asker,
    operation: K,
    body: BodyOf<K> & { id: string },
  ): Promise<Outcome> {
    const { actor, via } = asker;
    const { id } = body;
    const state = await readableRun(this.#server, actor, id);
    const by = { actor, via };
    const command = spokenIn(state, operation, body, by) ?? commands[operation](body, by);
    const request = { operation, body, instance: this.#pathOf(id) };
    const { replayed } = await this.#once(asker, request, async (inbox) => {
      const asked =
        "questionId" in command ? await runAsked(this.#server, actor, state, command.questionId) : id;
      return this.#server.engine.command(asked, command, inbox);
    });
    return { runId: id, replayed };
  }

  #once(
    { actor, key }: Asker,
    request: Omit<KeyedRequest, "principal" | "key">,
    act: (inbox: InboxKey | null) => ReturnType<Server["engine"]["launch"]>,
  ): Promise<Outcome> {
    return this.#idempotency.once({ principal: actor.principal, key, ...request }, act);
  }

  #pathOf(runId: string): string {
    return `${this.#server.base}/agent/state/${runId}`;
  }

  #launchable(actor: Actor, name: string): string {
    if (this.#server.engine.policyOf(name)) return name;
    const agents = launchableAgents(this.#server, actor);
    const detail = `There is no agent of this name. You may launch: ${agents.join(", ") || "none"}.`;
    throw new ProblemError("unknown_agent", detail, { more: { agents } });
  }
}

/** The names of the agents whose runs the actor may launch. */
export function launchableAgents({ engine }: Server, actor: Actor): string[] {
  return engine.agents.map((agent) => agent.name).filter((name) => mayLaunch({ engine }, actor, name));
}

export function mayLaunch({ engine }: Pick<Server, "engine">, actor: Actor, agent: string): boolean {
  const policy = engine.policyOf(agent);
  return policy !== null && authorize("launch", actor, policy.rights, null).allowed;
}

/** An answer that names no question can be one of the words that the context tells a client. */
function spokenIn(state: State, operation: CommandId, body: object, by: By): RunCommand | null {
  if (operation !== "provideInput" || !("answer" in body) || "question_id" in body) return null;
  const settling = settlingIn(state, String(body.answer));
  return settling === null ? null : { ...settling, ...by };
}

/** What a program wrote may be anybody's words: the run begins as one that has read untrusted text. */
function launchOf({ actor, via }: By, task: string): LaunchRequest {
  return {
    task,
    actor,
    via,
    addresses: [],
    context: [],
    trusted: isTrusted(actor),
    follows: null,
    parent: null,
  };
}
