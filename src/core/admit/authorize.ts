/** The one authorisation: every path (message, button, modal, command, route) asks here, and default is no. */
import { type Actor, channelOf, isOwner, isSamePerson, type Principal, type Scope } from "../actor.ts";
import type { Rights } from "../agent.ts";
import { ruleInWords } from "../text/rules.ts";

/** What the lists of an agent allow. */
type Listed = keyof Rights;
/** What somebody may be allowed to do with an agent's runs. */
export type Action = Listed | "forget";

/** What no list can take from the owner: nothing may run on their machine that they can't see, answer and stop. */
const ofOwner: ReadonlySet<Listed> = new Set(["read", "answer", "control"]);

/**
 * Does a rule speak of this actor? Rules are data:
 * `slack:T1/U1` a principal · `slack:T1/group:S9` one of the actor's groups · `slack:T1/*` and `*` anyone
 * there who is no guest · `requester` whoever started the run. A guest is matched by id only.
 */
function ruleMatches(rule: string, actor: Actor, requester: Principal | null): boolean {
  if (rule === actor.principal) return true;
  if (rule === "requester") return requester !== null && actor.principal === requester;
  if (actor.guest) return false;
  if (actor.groups.includes(rule)) return true;
  return rule.endsWith("*") && actor.principal.startsWith(rule.slice(0, -1));
}

/**
 * `rule`: the one that allowed it, for the audit. `machine`: only a person may do this. `scope`: the token
 * lacks it.
 */
export type Verdict =
  | { allowed: true; rule: string }
  | { allowed: false; why: "not_listed" | "machine" }
  | { allowed: false; why: "scope"; scope: Scope };

/** `requester` is the principal that started the run; null while there is none yet. */
export function authorize(
  action: Action,
  actor: Actor,
  rights: Rights,
  requester: Principal | null,
): Verdict {
  return action === "forget"
    ? authorizeForgetting(actor)
    : authorizeBy(action, actor, rights[action], requester);
}

/** What takes the record away from everybody no list of an agent gives: it is for the owner and administrators. */
function authorizeForgetting({ principal, scopes }: Actor): Verdict {
  if (isOwner(principal)) return { allowed: true, rule: "owner" };
  if (scopes === undefined) return { allowed: false, why: "not_listed" };
  return scopes.includes("admin")
    ? { allowed: true, rule: "admin" }
    : { allowed: false, why: "scope", scope: "admin" };
}

/** The same for a list of its own: a question's audience, a tool's approvers. */
export function authorizeBy(
  action: Listed,
  actor: Actor,
  rules: readonly string[],
  requester: Principal | null,
): Verdict {
  if (actor.scopes && !actor.scopes.includes(action) && !actor.scopes.includes("admin")) {
    return { allowed: false, why: "scope", scope: action };
  }
  if (action === "approve" && actor.kind === "machine") return { allowed: false, why: "machine" };
  if (ofOwner.has(action) && isOwner(actor.principal)) return { allowed: true, rule: "owner" };
  const rule = rules.find((candidate) => ruleMatches(candidate, actor, requester));
  return rule === undefined ? { allowed: false, why: "not_listed" } : { allowed: true, rule };
}

/** A guest whom no rule lets do anything: what this bot is and whom it listens to is none of their business. */
export function isStranger(actor: Actor, everyRights: readonly Rights[]): boolean {
  const actions: readonly Listed[] = ["launch", "read", "answer", "approve", "control"];
  const mayAnything = (rights: Rights) =>
    actions.some((action) => authorize(action, actor, rights, null).allowed);
  return actor.guest && !everyRights.some(mayAnything);
}

/**
 * The people of a list as this actor knows them: those of the same channel by id, others in a word. A guest is
 * not told who else there is.
 */
export function whoMay(rules: readonly string[], actor: Actor): string {
  if (actor.guest) return "only people whom this bot knows";
  if (rules.length === 0) return "nobody yet";
  const known = new Set(rules.flatMap((rule) => wordsHere(rule, channelOf(actor.principal))));
  const others = known.delete(elsewhere) || known.size === 0 ? [elsewhere] : [];
  return [...known, ...others].join(", ");
}

/** The same without this person. */
export function whoElseMay(rules: readonly string[], actor: Actor, without: Principal): string {
  return whoMay(
    rules.filter((rule) => !speaksOnlyOf(rule, without)),
    actor,
  );
}

function speaksOnlyOf(rule: string, person: Principal): boolean {
  if (isSamePerson(rule, person)) return true;
  // Whoever is at the console is the owner.
  return rule === "console:*" && isOwner(person);
}

const elsewhere = "people elsewhere";

function wordsHere(rule: string, here: string): string[] {
  if (rule === "requester" || rule === "*" || rule === "console:*") return [ruleInWords(rule)];
  // A channel shows the ids of its own people as names.
  if (channelOf(rule) === here) return [rule.endsWith("*") ? ruleInWords(rule) : rule];
  // A fresh install lists these for everything: of people elsewhere they say nothing.
  return rule === "token:*" || rule === "terminal:*" ? [] : [elsewhere];
}
