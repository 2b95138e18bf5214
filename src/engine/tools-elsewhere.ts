/** Tools that other processes on the store have and this one has not: what needs one of them is left to those. */
import { createHash } from "node:crypto";
import type { Logger } from "pino";
import type { FormerTool, ToolSpec } from "../core/agent.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Store } from "../core/ports/store.ts";
import { pagesOfNotes } from "../core/store/every.ts";
import { noteKinds, writeNote } from "../core/store/notes.ts";
import { type Moment, moment } from "./lease.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** So often a process says which tools it has. */
const sayMs = 30_000;
/**
 * So long after their last word its tools count as there: two of its words may be lost, and a process that is started
 * anew is back by then.
 */
const thereMs = 75_000;
/** Who could not say anything for so long themselves can't tell whether others were silent: the store was away. */
const awayMs = 1.5 * sayMs;
/** What nobody has said for so long is deleted. */
const oldMs = 86_400_000;

export interface ToolsElsewhereDeps {
  store: Pick<Store, "saveNote" | "oldNotes" | "deleteNotes">;
  clock: Clock;
  log: Pick<Logger, "warn">;
  unreadable: Pick<UnreadableRecords, "orNull">;
  /** Those of this process. */
  tools: Readonly<Record<string, ToolSpec>>;
  /** Other processes may share the store. */
  told: boolean;
  /** This one carries out calls. */
  works: boolean;
  /** What only others have is not what it was. */
  changed: () => void;
}

/** Which processes are there goes by what changes under a steady clock: their dates may be wrong. */
export class ToolsElsewhere {
  readonly #deps: ToolsElsewhereDeps;
  /** By the name of a note: what it said last, and until when (steady, ms) that counts. */
  readonly #heard = new Map<string, { at: number; until: number }>();
  #timer: NodeJS.Timeout | undefined;
  #saying: Promise<void> = Promise.resolve();
  #only = "";
  /** When this process last got through (steady, ms). */
  #saidAt: number;

  constructor(deps: ToolsElsewhereDeps) {
    this.#deps = deps;
    this.#saidAt = deps.clock.steady();
  }

  /** Resolves when others can know; a failure is logged, and made good with the next word. */
  async start(): Promise<void> {
    if (!this.#deps.told) return;
    this.#timer = setInterval(() => {
      this.#saying = this.#saying.then(() => this.say());
    }, sayMs);
    this.#timer.unref();
    await this.say();
  }

  /** Its tools count as there for a while: whoever stops a process may start it anew. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saying;
  }

  /** Says which tools this process has, and hears what others say. */
  async say(): Promise<void> {
    const { store, clock, log, tools, works, changed } = this.#deps;
    const asked = moment(clock);
    try {
      const mine = rulesOf(tools);
      const of = createHash("sha256").update(JSON.stringify(mine)).digest("hex");
      if (works)
        await writeNote(store, noteKinds.toolsThere, { of, value: { at: clock.now(), tools: mine } });
      const { found, silent } = await this.#read(asked);
      this.#saidAt = asked.steady;
      if (silent.length > 0) await store.deleteNotes(silent, clock.now() - oldMs);
      const only = Object.keys(found).toSorted().join();
      const isNews = only !== this.#only;
      this.#only = only;
      if (isNews) changed();
    } catch (error) {
      log.warn({ err: error }, "telling other processes of our tools failed");
    }
  }

  /** What only others have, if any of these tools is missing here; no look is taken for one that is here. */
  async of(names: readonly string[]): Promise<Readonly<Record<string, FormerTool>>> {
    return names.every((name) => Object.hasOwn(this.#deps.tools, name)) ? {} : this.all();
  }

  async all(): Promise<Readonly<Record<string, FormerTool>>> {
    return this.#deps.told ? (await this.#read()).found : {};
  }

  /** `found`: what only others have. `silent`: notes of processes that are not there any more. */
  async #read(
    asked = moment(this.#deps.clock),
  ): Promise<{ found: Record<string, FormerTool>; silent: string[] }> {
    const { store, unreadable, tools } = this.#deps;
    const { name: prefix, codec } = noteKinds.toolsThere;
    const found: Record<string, FormerTool> = {};
    const silent: string[] = [];
    for await (const rows of pagesOfNotes(store, { prefix, before: Number.MAX_SAFE_INTEGER })) {
      for (const { name, value } of rows) {
        const said = await unreadable.orNull(decoded(codec, value, name));
        if (said && this.#isThere(name, said.at, asked)) Object.assign(found, said.tools);
        else silent.push(name);
      }
    }
    const elsewhere = Object.entries(found).filter(([name]) => !Object.hasOwn(tools, name));
    return { found: Object.fromEntries(elsewhere), silent };
  }

  #isThere(name: string, at: number, { now, steady }: Moment): boolean {
    const heard = this.#heard.get(name);
    if (heard?.at === at) {
      // Who was there before the store was away has as long as ever to say that they still are.
      const isBack = steady - this.#saidAt > awayMs && heard.until > this.#saidAt;
      if (isBack) heard.until = steady + thereMs;
      return steady < heard.until;
    }
    // Of what was never heard before only the date says how old it is.
    const age = heard ? 0 : Math.abs(now - at);
    this.#heard.set(name, { at, until: steady + thereMs - age });
    return age < thereMs;
  }
}

async function decoded<T>(codec: { decode: (text: string, what: string) => T }, text: string, name: string) {
  return codec.decode(text, `note ${name}`);
}

/** What must be known of these tools where they are not. */
export function rulesOf(tools: Readonly<Record<string, ToolSpec>>): Record<string, FormerTool> {
  const rules = Object.values(tools).map(({ name, effect, approval }) => [name, { effect, approval }]);
  return Object.fromEntries(rules);
}
