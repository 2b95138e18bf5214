/** What everybody outside of the bots remembers: the senders, the service that is acted on, and the people. */

/** How a piece of work comes in. `alert` is a webhook whose run speaks in Slack. */
export type Door = "github" | "alert" | "api" | "slack";

/** One piece of work, as its sender knows it. Its id stands in every text and every call that belongs to it. */
export interface Item {
  id: string;
  door: Door;
  /** What the model is to do, in this order. */
  plan: readonly Step[];
  /**
   * `acknowledged`: somebody said 2xx. `refused`: another answer. `cut`: a connection and no answer. `nobody`: no
   * connection.
   */
  became: "sent" | "acknowledged" | "refused" | "cut" | "nobody";
  /** What an acknowledgement named. */
  runId: string | null;
  /** The person's message in Slack that the thread hangs on. */
  thread: string | null;
}

export type Step = "look" | "note" | "pay" | "deploy" | "job" | "ask" | "nap";
/** Tools that must happen once. */
export const onceTools: readonly Step[] = ["pay", "deploy", "job"];

/** Something that was done to the world, as the world saw it. */
export interface Effect {
  item: string;
  tool: string;
  /** Of the call; the program of a job knows none. */
  key: string | null;
  /** Which bot's process did it; null: a program that outlives the bots. */
  bot: string | null;
  at: number;
}

/** `at`: ms since the epoch. */
interface Change {
  bot: string;
  at: number;
  isThere: boolean;
}

interface Sighting {
  bot: string;
  at: number;
  item: string;
}

/** What a person said to a question. */
export interface Answer {
  item: string;
  runId: string;
  kind: string;
  tool: string | null;
  said: string;
  /** A bot said 2xx to it. */
  acknowledged: boolean;
  /** A bot slept when it was given: it may have begun what is asked about. */
  whileAsleep: boolean;
}

export class Ledger {
  readonly items = new Map<string, Item>();
  readonly effects: Effect[] = [];
  /** Effects that the service refused, because a newer worker had called it with the same key: bot and item. */
  readonly fenced: string[] = [];
  /** By question id. */
  readonly answers = new Map<string, Answer>();
  /** What was seen to break while it ran, in words. */
  readonly broken: string[] = [];
  readonly counts = { kills: 0, killsWhileStarting: 0, sleeps: 0, databaseRestarts: 0, modelRequests: 0 };
  /** Each time that a bot asked the model or the service for something of an item, oldest first. */
  readonly sightings: Sighting[] = [];
  /** Each time that a bot was killed or stopped, and each time that it was there again, oldest first. */
  readonly changes: Change[] = [];
  /** The last time that the database was killed, or began to come back. */
  databaseDiedAt = 0;
  readonly #epochs = new Map<string, number>();
  #next = 0;

  newItem(door: Door, plan: readonly Step[]): Item {
    const id = `t-${String(++this.#next).padStart(5, "0")}`;
    const item: Item = { id, door, plan, became: "sent", runId: null, thread: null };
    this.items.set(id, item);
    return item;
  }

  saw(bot: { name: string }, isThere: boolean): void {
    this.changes.push({ bot: bot.name, at: Date.now(), isThere });
  }

  /** So many pieces of work were. */
  get acknowledged(): number {
    return [...this.items.values()].filter(({ became }) => became === "acknowledged").length;
  }

  /** False: somebody with a newer epoch was here with this key, so this one must have slept. */
  mayAct(key: string, epoch: number): boolean {
    const newest = this.#epochs.get(key) ?? 0;
    if (epoch < newest) return false;
    this.#epochs.set(key, epoch);
    return true;
  }

  effectsOf(item: string, tool: string): Effect[] {
    return this.effects.filter((effect) => effect.item === item && effect.tool === tool);
  }
}

/** What people answer follows from the item, so that everybody, the judge included, knows what was meant. */
export function colourOf(item: string): string {
  return Number(item.slice(2)) % 2 === 0 ? "green" : "blue";
}

/** Some calls are refused; whoever refuses has no buttons for it in Slack, but a form. */
export function isRefused({ id, door }: Item): boolean {
  return (door === "github" || door === "api") && Number(id.slice(2)) % 7 === 0;
}

/** The item that a text, or its JSON, speaks of, or null. */
export function itemIn(text: string): string | null {
  return /t-\d{5}/.exec(text)?.[0] ?? null;
}
