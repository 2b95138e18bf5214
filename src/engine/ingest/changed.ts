/** Words that were changed after they had been taken as an answer: the answer stays, and their writer is told so. */
import { type Actor, isSamePerson } from "../../core/actor.ts";
import { answerTo } from "../../core/admit/answer.ts";
import type { RunEvent } from "../../core/event.ts";
import type { InboxRow } from "../../core/ports/deliveries.ts";
import type { Inbound, Intent, Outcome } from "../../core/ports/inbound.ts";
import { heardRow } from "../../core/store/heard-row.ts";
import { keepNote, noteKinds } from "../../core/store/notes.ts";
import { brief } from "../../core/text/brief.ts";
import { answerInWords } from "../../core/text/form-answer.ts";
import { wordsInBrief } from "../../core/text/plain-words.ts";
import type { Engine } from "../engine.ts";
import { ignored, told } from "./outcome.ts";

/** Told once, and not of what still means the same. */
export async function changedWords(
  engine: Pick<Engine, "store" | "events">,
  { key: change, channel, actor }: Inbound,
  { key, text }: Extract<Intent, { type: "changed" }>,
): Promise<Outcome> {
  const row = await heardRow(engine.store, { source: channel, key });
  const words = row === null ? null : await wordsOn(engine, row, { text, actor });
  if (words === null) return ignored();
  const of = `${channel}/${key}`;
  const first = await keepNote(engine.store, noteKinds.changeTold, { of, value: change });
  return first === change ? told(words) : ignored();
}

/** null: nothing has to be said. */
async function wordsOn(
  engine: Pick<Engine, "events">,
  row: InboxRow,
  { text, actor }: { text: string; actor: Actor },
): Promise<string | null> {
  if (row.outcome === "asked") {
    return "You were asked which question your words answer: what you press gets them as you wrote them first. Say the change as a new message instead.";
  }
  if (row.outcome !== "answered" || row.runId === null) return null;
  const events = await engine.events(row.runId);
  const taken = answerIn(events, row, actor);
  const asked = events.find(
    (event) => event.type === "question_asked" && event.question.id === taken?.questionId,
  );
  if (taken === undefined || asked?.type !== "question_asked") return null;
  const { question } = asked;
  if (answerTo(question, text, []) === taken.answer) return null;
  const answer = brief(answerInWords(question, taken.answer), 100);
  return `Your answer to "${wordsInBrief(question.text, 100)}" was taken as "${answer}" before you changed it, and stays so. Say the change as a new message.`;
}

/** What these words became. A former release did not write down which words: there it is the first one since they came. */
function answerIn(events: readonly RunEvent[], row: InboxRow, actor: Actor) {
  const theirs = events
    .filter((event) => event.type === "question_answered")
    .filter(({ from }) => isSamePerson(from.principal, actor.principal));
  const named = theirs.find(({ via }) => via.channel === row.source && via.key === row.key);
  return named ?? theirs.find(({ at, via }) => via.key === undefined && at >= row.receivedAt);
}
