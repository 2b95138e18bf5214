/** Words that were changed after they had been taken as an answer: the answer stays, and their writer is told so. */
import { isSamePerson } from "../../core/actor.ts";
import { answerTo } from "../../core/admit/answer.ts";
import type { Inbound, Intent, Outcome } from "../../core/ports/inbound.ts";
import { heardRow } from "../../core/store/heard-row.ts";
import { keepNote, noteKinds } from "../../core/store/notes.ts";
import { brief } from "../../core/text/brief.ts";
import { answerInWords } from "../../core/text/form-answer.ts";
import type { Engine } from "../engine.ts";
import { ignored, told } from "./outcome.ts";

/** Told once, and not of what still means the same. */
export async function changedWords(
  engine: Pick<Engine, "store" | "events">,
  { key: change, channel, actor }: Inbound,
  { key, text }: Extract<Intent, { type: "changed" }>,
): Promise<Outcome> {
  const row = await heardRow(engine.store, { source: channel, key });
  if (row?.outcome !== "answered" || row.runId === null) return ignored();
  const events = await engine.events(row.runId);
  const taken = events.find(
    (event) =>
      event.type === "question_answered" &&
      event.at >= row.receivedAt &&
      isSamePerson(event.from.principal, actor.principal),
  );
  if (taken?.type !== "question_answered") return ignored();
  const asked = events.find(
    (event) => event.type === "question_asked" && event.question.id === taken.questionId,
  );
  if (asked?.type !== "question_asked") return ignored();
  const { question } = asked;
  if (answerTo(question, text, []) === taken.answer) return ignored();
  const of = `${channel}/${key}`;
  const first = await keepNote(engine.store, noteKinds.changeTold, { of, value: change });
  if (first !== change) return ignored();
  const answer = brief(answerInWords(question, taken.answer), 100);
  return told(
    `Your answer to "${brief(question.text, 100)}" was taken as "${answer}" before you changed it, and stays so. Say the change as a new message.`,
  );
}
