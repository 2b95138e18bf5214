/** Takes in a payload of Slack: reads it, looks up its sender, persists it. Only then is it acknowledged. */

import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { heardRow, mayBeAnswer, mentionKey } from "../../../src/core/store/heard-row.ts";
import { isEnded } from "../../../src/core/text/status.ts";
import { Turns } from "../../../src/core/turns.ts";
import { channelPrefix } from "../address.ts";
import { idsOf, inFormerPlace, type Move, rememberMove } from "../moved.ts";
import type { Parsed } from "../parsed.ts";
import { topRun } from "../send/top-run.ts";
import { sayTo } from "../send/whisper.ts";
import type { Session } from "../session.ts";
import { asHeard, hearDeletion } from "./edits.ts";
import { openModal, wrongInForm } from "./modal.ts";
import { rememberRoot, wasSaidToUs } from "./own-thread.ts";
import { parse } from "./parse.ts";
import { type ThreadContext, threadContext } from "./thread-text.ts";
import { withNames } from "./with-names.ts";

const mostRecent = 1000;
const nothingAround: ThreadContext = { context: [], trouble: null };

/** What the channel wants to know of before anything else happens. */
export interface Noticed {
  /** The app was removed or its token taken back. */
  revoked(): void;
  /** A slash command is about to be remembered. */
  command(inbound: Inbound): void;
}

/** What Slack sends twice it persists once, under the same key. */
export class Ear {
  readonly #session: Session;
  readonly #noticed: Noticed;
  /** Threads in which the bot was just spoken to: their run may not exist yet when the next words arrive. */
  readonly #recent = new Set<string>();
  /** What is said in one thread is remembered in the order in which it came. */
  readonly #byThread = new Turns();

  constructor(session: Session, noticed: Noticed) {
    this.#session = session;
    this.#noticed = noticed;
  }

  /**
   * Resolves when nothing is left to lose. `errors`: what a submitted modal is told. Throws:
   * Slack shall send it again.
   */
  async hear(payload: unknown): Promise<{ errors: Record<string, string> } | null> {
    const { bot, inlet } = this.#session;
    const parsed = parse(await inFormerPlace(inlet.store, payload), bot);
    switch (parsed?.type) {
      case "inbound": {
        const wrong = await wrongInForm(this.#session, parsed);
        if (wrong !== null) return { errors: wrong };
        await this.#byThread.run(parsed.inbound.address ?? parsed.inbound.key, () => this.#take(parsed));
        return null;
      }
      case "deleted":
        await this.#byThread.run(parsed.said?.address ?? parsed.key, () =>
          hearDeletion(this.#session, parsed),
        );
        return null;
      case "open_modal":
        await openModal(this.#session, parsed);
        return null;
      case "stopped":
        await pressStop(this.#session, parsed);
        return null;
      case "invalid":
        return { errors: parsed.errors };
      case "place":
        await this.#retryIn(parsed.channel);
        return null;
      case "moved":
        await this.#moved(parsed.move);
        return null;
      case "revoked":
        this.#noticed.revoked();
        return null;
      default:
        return null;
    }
  }

  async #moved(move: Move): Promise<void> {
    const { inlet, options } = this.#session;
    await rememberMove(inlet.store, move);
    options.log.warn(
      { channel: "slack", ...move },
      "slack channel has another id: change it in belay.config.ts",
    );
    await this.#retryIn(move.to);
  }

  /** Also what is addressed to a former id of the channel. */
  async #retryIn(channel: string): Promise<void> {
    const { bot, inlet } = this.#session;
    for (const id of await idsOf(inlet.store, channel)) await inlet.retryAt(channelPrefix(bot.team, id));
  }

  async #take(parsed: Extract<Parsed, { type: "inbound" }>): Promise<void> {
    const { inbound, thread } = await asHeard(this.#session, parsed);
    if (!(await this.#isForUs(inbound))) return;
    const { inlet, people } = this.#session;
    const { address, intent } = inbound;
    if (address !== null && intent.type === "message" && intent.addressed) this.#note(address);
    const [actor, around] = await Promise.all([
      people.identify(inbound.actor),
      thread !== null && (await this.#begins(inbound))
        ? threadContext(this.#session, thread, inbound.replyTo.ts ?? null)
        : nothingAround,
    ]);
    if (actor === null && isPress(inbound)) return await askToPressAgain(this.#session, inbound);
    if (inbound.replyTo.via === "slash") this.#noticed.command(inbound);
    const placed = await this.#placed({ ...inbound, context: [...inbound.context, ...around.context] });
    const key = await this.#keyOf(inbound);
    await rememberRoot(this.#session, inbound);
    const who = actor === null ? ({ actor: inbound.actor, unsure: true } as const) : { actor };
    const taken = await inlet.accept({ ...(await withNames(people, placed)), key, ...who });
    if (taken === "new" && around.trouble !== null)
      await sayTo(this.#session, inbound.replyTo, around.trouble);
  }

  /** Words that a run can begin with: there is none in this thread, or the last one of a thread of people has ended. */
  async #begins({ address, intent }: Inbound): Promise<boolean> {
    const { store } = this.#session.inlet;
    const runId = address === null ? null : await store.runAt(address);
    if (runId === null) return address !== null;
    const run = intent.type === "message" && intent.thread === "theirs" ? await store.run(runId) : null;
    return run !== null && isEnded(run.status);
  }

  #note(address: string): void {
    this.#recent.delete(address);
    this.#recent.add(address);
    const [oldest] = this.#recent;
    if (this.#recent.size > mostRecent && oldest !== undefined) this.#recent.delete(oldest);
  }

  /** Words in a thread without a run are nobody's business: they are not even remembered. */
  async #isForUs({ intent, address, replyTo }: Inbound): Promise<boolean> {
    if (intent.type === "changed") {
      const { store } = this.#session.inlet;
      return mayBeAnswer(await heardRow(store, { source: "slack", key: intent.key }));
    }
    if (intent.type !== "message" || intent.addressed || address === null) return true;
    if (this.#recent.has(address)) return true;
    // A message at the root starts its own thread: there is no run in it.
    if (replyTo.ts === replyTo.root) return false;
    const { inlet } = this.#session;
    // The mention may still wait for its run, here after a restart or in another process.
    return (await inlet.store.runAt(address)) !== null || (await wasSaidToUs(this.#session, replyTo));
  }

  /** A thread whose first words were said to the bot is there because of it. */
  async #placed(inbound: Inbound): Promise<Inbound> {
    const { intent, replyTo } = inbound;
    if (intent.type !== "message" || intent.thread !== "theirs") return inbound;
    return (await wasSaidToUs(this.#session, replyTo))
      ? { ...inbound, intent: { ...intent, thread: "ours" } }
      : inbound;
  }

  /** Words that were passed over have a key already: with the mention that an edit gave them, they are new. */
  async #keyOf({ key, intent }: Inbound): Promise<string> {
    if (intent.type !== "message" || !intent.addressed) return key;
    const row = await this.#session.inlet.store.inboxRow({ source: "slack", key });
    return row?.outcome === "ignored" ? mentionKey(key) : key;
  }
}

/** Of a button: nothing was typed that could be lost, and the button is still there. */
function isPress({ key }: Inbound): boolean {
  return key.startsWith("press:");
}

/** The press had no effect, told or not. */
async function askToPressAgain(session: Session, { replyTo }: Pick<Inbound, "replyTo">): Promise<void> {
  const words = "I could not check who you are: Slack did not say in time. Nothing was done. Press again.";
  await sayTo(session, replyTo, words);
}

async function pressStop(session: Session, parsed: Extract<Parsed, { type: "stopped" }>): Promise<void> {
  const { store } = session.inlet;
  const newest = await store.runAt(parsed.address);
  if (newest === null) return;
  const runId = (await topRun(store, newest))?.runId ?? newest;
  const actor = await session.people.identify(parsed.inbound.actor);
  if (actor === null) return await askToPressAgain(session, parsed.inbound);
  await session.inlet.accept({ ...parsed.inbound, actor, intent: { type: "press", action: "stop", runId } });
}
