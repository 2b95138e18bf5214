/** A payload of Slack on its way in: read, completed with who it is from, remembered. Only then it is acknowledged. */
import type { Inbound } from "../../../src/core/ports/channel.ts";
import { drawModal } from "../draw/modals.ts";
import { slackCode } from "../errors.ts";
import type { Parsed } from "../parsed.ts";
import { topRun } from "../send/top-run.ts";
import { tell } from "../send/whisper.ts";
import type { Session } from "../session.ts";
import { messageKey, parse } from "./parse.ts";
import { threadContext } from "./thread-text.ts";

export interface Ear {
  /** Resolves when nothing is left to lose. `errors`: what a submitted modal is told. Throws: Slack shall send it again. */
  hear(payload: unknown): Promise<{ errors: Record<string, string> } | null>;
}

const mostRecent = 1000;

export interface Noticed {
  /** The app was removed or its token taken back. */
  revoked(): void;
  /** A slash command is about to be remembered. */
  command(inbound: Inbound): void;
}

export function ear(session: Session, noticed: Noticed): Ear {
  const { inlet, people, bot } = session;
  /** Threads in which the bot was just spoken to: their run may not exist yet when the next words arrive. */
  const recent = new Set<string>();
  const queues = new Map<string, Promise<unknown>>();

  /** What is said in one thread is remembered in the order in which it came. */
  const inOrder = async <T>(address: string, task: () => Promise<T>): Promise<T> => {
    const before = queues.get(address) ?? Promise.resolve();
    const mine = before.then(task, task);
    queues.set(address, mine);
    try {
      return await mine;
    } finally {
      if (queues.get(address) === mine) queues.delete(address);
    }
  };

  const note = (address: string): void => {
    recent.delete(address);
    recent.add(address);
    const [oldest] = recent;
    if (recent.size > mostRecent && oldest !== undefined) recent.delete(oldest);
  };

  const rootRow = ({ replyTo }: Inbound) => {
    const key = messageKey(bot.team, replyTo.channel ?? "", replyTo.root ?? "");
    return inlet.store.inboxRow({ source: "slack", key });
  };

  /** Words in a thread without a run are nobody's business: they are not even remembered. */
  const isForUs = async (inbound: Inbound): Promise<boolean> => {
    const { intent, address, replyTo } = inbound;
    if (intent.type !== "message" || intent.addressed || address === null) return true;
    if (recent.has(address)) return true;
    // A message at the root starts its own thread: there is no run in it.
    if (replyTo.ts === replyTo.root) return false;
    // The mention may still wait for its run, here after a restart or in another process.
    return (await inlet.store.runAt(address)) !== null || (await rootRow(inbound)) !== null;
  };

  /** A thread whose first words were said to the bot is there because of it. */
  const placed = async (inbound: Inbound): Promise<Inbound> => {
    const { intent } = inbound;
    if (intent.type !== "message" || intent.thread !== "theirs" || (await rootRow(inbound)) === null)
      return inbound;
    return { ...inbound, intent: { ...intent, thread: "ours" } };
  };

  /** Words that were passed over when they were said have a key already: with the mention that an edit gave them, they are new. */
  const keyOf = async ({ key, intent }: Inbound): Promise<string> => {
    if (intent.type !== "message" || !intent.addressed) return key;
    const row = await inlet.store.inboxRow({ source: "slack", key });
    return row?.outcome === "ignored" ? `${key}/mention` : key;
  };

  const take = async (parsed: Extract<Parsed, { type: "inbound" }>): Promise<void> => {
    const { thread } = parsed;
    if (!(await isForUs(parsed.inbound))) return;
    const inbound = { ...(await placed(parsed.inbound)), key: await keyOf(parsed.inbound) };
    if (inbound.address !== null && inbound.intent.type === "message" && inbound.intent.addressed) {
      note(inbound.address);
    }
    const actor = await people.identify(inbound.actor);
    const isFirst =
      thread !== null && inbound.address !== null && (await inlet.store.runAt(inbound.address)) === null;
    const context = isFirst ? await threadContext(session, thread, inbound.replyTo.ts ?? null) : [];
    if (inbound.replyTo.via === "slash") noticed.command(inbound);
    await inlet.accept({ ...inbound, actor, context: [...inbound.context, ...context] });
  };

  return {
    async hear(payload) {
      const parsed = parse(payload, bot);
      switch (parsed?.type) {
        case "inbound":
          await inOrder(parsed.inbound.address ?? parsed.inbound.key, () => take(parsed));
          return null;
        case "open_modal":
          await openModal(session, parsed);
          return null;
        case "stopped":
          await pressStop(session, parsed);
          return null;
        case "invalid":
          return { errors: parsed.errors };
        case "revoked":
          noticed.revoked();
          return null;
        default:
          return null;
      }
    },
  };
}

/** Nothing is decided by looking: who may is checked when it is submitted. The trigger lives three seconds. */
async function openModal(session: Session, parsed: Extract<Parsed, { type: "open_modal" }>): Promise<void> {
  const { kind, questionId, place } = parsed;
  try {
    const row = await session.inlet.store.question(questionId);
    const question = row === null || row.settledAt !== null ? null : row.question;
    const view = drawModal({ ...place, kind, questionId }, question);
    await session.client.views.open({ trigger_id: parsed.trigger, view });
  } catch (error) {
    const code = slackCode(error) ?? String(error);
    session.options.log.warn({ channel: "slack", err: code }, "slack modal did not open");
    const replyTo = {
      channel: place.channel,
      user: place.user,
      ...(place.root === null ? {} : { root: place.root }),
    };
    await tell(session, replyTo, "Slack did not open the window in time. Press the button again.").catch(
      () => {},
    );
  }
}

async function pressStop(session: Session, parsed: Extract<Parsed, { type: "stopped" }>): Promise<void> {
  const { store } = session.inlet;
  const newest = await store.runAt(parsed.address);
  if (newest === null) return;
  const runId = (await topRun(store, newest))?.runId ?? newest;
  const actor = await session.people.identify(parsed.inbound.actor);
  await session.inlet.accept({ ...parsed.inbound, actor, intent: { type: "press", action: "stop", runId } });
}
