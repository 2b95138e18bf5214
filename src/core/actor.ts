/** Who speaks, and where: principals, people and addresses, all as immutable platform ids. */
import { z } from "zod";

/**
 * An immutable id with its platform in front: `slack:T1/U1`, `discord:42`, `email:a@b.example`,
 * `token:ci`, `console:local`, `terminal:local`, `webhook:ci`, `run:<parent run>`. Never a display name.
 */
export type Principal = string;

/** A place in a channel where a run speaks: `slack:T1/C1/1712.5`, `discord:G1/C1`, `email:<thread>`. */
export type Address = string;

/** The part before the colon: which channel carries this address or principal. */
export function channelOf(id: Address | Principal): string {
  return id.slice(0, Math.max(0, id.indexOf(":")));
}

/**
 * Where a run speaks that is launched at a configured place. One that ends in `/new:` has a thread for each run: it
 * becomes `<place>/new:<id>`, the run's first post makes the thread, and the run moves there. Any other place stays.
 * @param id unique for each launch, the same each time that launch is tried
 */
export function threadAt(place: Address, id: string): Address {
  return place.endsWith("/new:") ? `${place}${id}` : place;
}

/** A person (or machine) as an event remembers it: the id decides, the name is only shown. */
export const personSchema = z.object({ principal: z.string(), name: z.string() });
/** Who somebody is, for display and audit: `principal` is the id, `name` only what people read. */
export type Person = z.infer<typeof personSchema>;

/** What an API token may be allowed; `admin` includes the others. */
export const scopes = ["launch", "read", "answer", "approve", "control", "admin"] as const;
/** One right of an API token. */
export type Scope = (typeof scopes)[number];
export const scopesSchema = z.array(z.enum(scopes));

/** What may be asked of whoever started a run: words that they can send back, or nothing, because nobody listens. */
export const askedSchema = z.enum(["words", "nothing"]);
type Asked = z.infer<typeof askedSchema>;

/** Somebody knocking at the door, with all that the authorisation may look at. */
export interface Actor extends Person {
  /** Group principals, e.g. `slack:T1/group:S9`, `discord:G1/role:R7`. */
  groups: readonly string[];
  /** Guests, other workspaces, unlisted senders: refused unless listed by id; what they say is untrusted. */
  guest: boolean;
  /** Present for tokens: the rights of a token end here, whatever the lists say. */
  scopes?: readonly Scope[];
  /** Machines may never approve, whatever the lists say. */
  kind: "person" | "machine";
  /** What a run of theirs asks them; missing: anything that the lists let them settle. */
  asked?: Asked | undefined;
}

/** Whoever holds this bot's own token, or the console that it opens. */
export function isOwner(id: Principal): boolean {
  return id === "token:local" || id === "console:local";
}

/** The owner's token and the console that it opens are one person, who can't stand for two. */
export function isSamePerson(a: Principal, b: Principal): boolean {
  return a === b || (isOwner(a) && isOwner(b));
}

/** Whether what they say is an order, or only untrusted data. */
export function isTrusted(actor: Actor): boolean {
  return !actor.guest && actor.kind === "person";
}

/** Leaves out groups and rights, which hold for one moment only and are not kept in events. */
export function personOf(actor: Person): Person {
  return { principal: actor.principal, name: actor.name };
}
