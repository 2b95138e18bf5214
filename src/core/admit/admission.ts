/** What `admit` answers, and the refusals that more than one command shares. */
import { type Actor, isSamePerson, isTrusted, type Person } from "../actor.ts";
import type { Policy } from "../agent.ts";
import type { Context, Refusal } from "../command.ts";
import type { EventBody } from "../event.ts";
import { type State, statusOf } from "../state.ts";
import { type Action, authorize, whoMay } from "./authorize.ts";

/** Events that may be recorded, or a refusal; a refusal changes nothing. */
export type Admission = { ok: true; events: EventBody[] } | { ok: false; refusal: Refusal };

/** The longest task or message that is taken as it is, in characters. */
const maxText = 32_768;

/** null when the actor may; otherwise the refusal, in words that say who can. */
export function deny(
  action: Action,
  actor: Actor,
  policy: Policy,
  requester: string | null,
): Admission | null {
  const verdict = authorize(action, actor, policy.rights, requester);
  if (verdict.allowed) return null;
  if (verdict.why === "scope") {
    return refuse(
      "insufficient_scope",
      `This token may not ${action}. It needs the scope "${verdict.scope}".`,
    );
  }
  const who = action === "forget" ? "the owner of this bot" : whoMay(policy.rights[action], actor);
  return refuse(
    "not_allowed",
    `${actor.name} may not ${action} runs of ${policy.agent.name}. Who may: ${who}.`,
  );
}

/** The refusal `run_finished`, in the words for whoever asked. */
export function finished(state: State): Admission {
  return refuse("run_finished", `Run ${state.runId} has ended (${statusOf(state)}). Start a new one.`);
}

/** What would settle a question of a run that is being stopped: nobody is told that it goes on with it. */
export const beingStopped: Refusal = {
  code: "question_closed",
  message: "The run is being stopped: nothing more of it is carried out.",
};

/** `message` is a whole sentence for whoever asked: what is wrong, and what to do. */
export function refuse(code: Refusal["code"], message: string): Admission {
  return { ok: false, refusal: { code, message } };
}

/** Whoever did something, as whoever asks knows them. Several people may hold one token. */
export function asKnownTo({ principal }: Actor, person: Person): string {
  const isOwn = isSamePerson(person.principal, principal) && !principal.startsWith("token:");
  return isOwn ? "you" : person.name;
}

/** Most commands are one event; what follows from it `decide` says. */
export function accept(event: EventBody): Admission {
  return { ok: true, events: [event] };
}

/** The first 32,768 characters of what people send, with a line that says how many are missing. */
export function cut(text: string): string {
  if (text.length <= maxText) return text;
  return `${text.slice(0, maxText)}\n[cut: ${text.length - maxText} more characters were sent]`;
}

/** More than this nobody points at by one message. */
const mostContext = 20;

/** What words point at, as it is recorded. */
export function pointedAt(context: readonly Context[]): Context[] {
  return context.slice(0, mostContext).map((item) => ({ ...item, text: cut(item.text) }));
}

/** The same as a field of an event, which is left out when nothing is pointed at. Guests vouch for nothing. */
export function withContext(context: readonly Context[] = [], actor: Actor): { context?: Context[] } {
  const vouched = context.map((item) => ({ ...item, trusted: item.trusted && isTrusted(actor) }));
  return vouched.length === 0 ? {} : { context: pointedAt(vouched) };
}
