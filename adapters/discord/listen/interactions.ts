/** Commands, buttons and forms: acknowledged within three seconds, then remembered like anything else said. */
import {
  type APIInteraction,
  type APIInteractionResponse,
  InteractionResponseType,
  MessageFlags,
} from "discord.js";
import type { Inbound, Intent } from "../../../src/core/ports/inbound.ts";
import type { QuestionRow } from "../../../src/core/ports/runs.ts";
import { quotedBack } from "../../../src/core/ports/typed.ts";
import { everyOpenQuestion } from "../../../src/core/store/every.ts";
import { type Form, resolve, short } from "../actions.ts";
import { answerModal, editModal, inputOf, refuseModal } from "../draw/modals.ts";
import { whisper } from "../send/whisper.ts";
import type { Session } from "../session.ts";
import { deferred, respond } from "./acknowledge.ts";
import { type Knock, parseInteraction } from "./parse.ts";

const settled = "This question is settled already; nothing was changed.";
const notKept = "I could not write this down. Please try again in a minute.";

/** What fails is logged and, where Discord still lets us, told to the person: Discord repeats no interaction. */
export async function interact(session: Session, interaction: APIInteraction): Promise<void> {
  const knock = parseInteraction(interaction);
  switch (knock.type) {
    case "nothing":
      return;
    case "open":
      return await openForm(session, interaction, knock.form);
    case "inbound": {
      const { inbound } = knock;
      if (!(await deferred(session, interaction, { inbound, privately: knock.reply === "private" }))) return;
      return await take(session, inbound, () => named(session, inbound.intent));
    }
    case "edited": {
      const { inbound } = knock;
      if (!(await deferred(session, interaction, { inbound, privately: false }))) return;
      return await take(session, inbound, () => editOf(session, interaction.id, knock));
    }
  }
}

/** `intentOf` gives the intent with full ids, or in words why there is none. */
async function take(
  session: Session,
  inbound: Inbound,
  intentOf: () => Promise<Intent | string | Again>,
): Promise<void> {
  try {
    const intent = await intentOf();
    if (typeof intent === "string")
      await whisper(session, inbound, { type: "refused", text: intent, runId: null });
    else if (intent.type === "again") await again(session, inbound, intent);
    else await session.inlet.accept({ ...inbound, intent });
  } catch (err) {
    session.options.log.error({ err, key: inbound.key }, "discord interaction not stored");
    await whisper(session, inbound, { type: "refused", text: notKept, runId: null });
  }
}

/** A form that can't be taken as it is filled in. */
interface Again {
  type: "again";
  problem: string;
  question: string;
  interaction: string;
  fields: Readonly<Record<string, string>>;
}

const mostTyped = 200;

/** Checked before it is heard: what no form can stay open for is given back, and the form with it. */
async function editOf(
  session: Session,
  interaction: string,
  { inbound, question, fields }: Extract<Knock, { type: "edited" }>,
): Promise<Intent | string | Again> {
  const row = await questionOf(session, question);
  if (row === null) return settled;
  const { id } = row.question;
  const refill = (problem: string): Again => ({ type: "again", problem, question: id, interaction, fields });
  const edited = inputOf(fields, row.question);
  if ("problem" in edited) return refill(edited.problem);
  const { actor, address, channel } = inbound;
  const via = address === null ? { channel } : { channel, address };
  const edit = { questionId: id, input: edited.input };
  // What could not be checked is heard all the same: it is checked again there.
  const refusal = await session.inlet.checkEdit({ ...edit, actor, via }).catch(() => null);
  // Who may not, and what is settled, is refused where all refusals are.
  return refusal?.code === "answer_invalid" ? refill(refusal.message) : { type: "approve", ...edit };
}

/** The words stand in the refusal as well: the button forgets them with the next start. */
async function again(
  session: Session,
  inbound: Inbound,
  { problem, question, interaction, fields }: Again,
): Promise<void> {
  const { typed } = session;
  typed.set(interaction, fields);
  const [oldest] = typed.keys();
  if (typed.size > mostTyped && oldest !== undefined) typed.delete(oldest);
  const text = [problem, quotedBack(fieldsInWords(fields))].filter(Boolean).join("\n\n");
  const outcome = { type: "refused", text, runId: null } as const;
  await whisper(session, inbound, outcome, { action: "again", question, typed: interaction });
}

function fieldsInWords(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, text]) => `${name}: ${text}`)
    .join("\n");
}

/** The intent with the ids that were too long for a button put back. */
async function named(session: Session, intent: Intent): Promise<Intent | string> {
  if (!("questionId" in intent)) return intent;
  const value = intent.type === "choose" ? intent.value : "";
  if (!intent.questionId.startsWith("~") && !value.startsWith("~")) return intent;
  const row = await questionOf(session, intent.questionId);
  if (row === null) return settled;
  const questionId = row.question.id;
  if (intent.type !== "choose") return { ...intent, questionId };
  const chosen = resolve(
    value,
    row.question.choices.map((choice) => choice.value),
  );
  return chosen === null ? settled : { ...intent, questionId, value: chosen };
}

async function questionOf(session: Session, shortened: string): Promise<QuestionRow | null> {
  const { store } = session.inlet;
  if (!shortened.startsWith("~")) return await store.question(shortened);
  for await (const row of everyOpenQuestion(store)) if (short(row.question.id) === shortened) return row;
  return null;
}

/** A form must be the first response: the question is read, nothing else is done before. */
async function openForm(session: Session, interaction: APIInteraction, form: Form): Promise<void> {
  try {
    await respond(session, interaction, await formFor(session, form));
  } catch (err) {
    session.options.log.warn({ err, interaction: interaction.id }, "discord form not opened");
  }
}

async function formFor(session: Session, form: Form): Promise<APIInteractionResponse> {
  const row = await questionOf(session, form.question);
  if (row === null || row.settledAt !== null) return inWords(settled);
  if (form.form === "answer") return orInWords(answerModal(row.question));
  if (form.form === "refuse") return opening(refuseModal(row.question));
  const before = form.typed === undefined ? {} : session.typed.get(form.typed);
  return orInWords(editModal(row.question, session.options.publicUrl, row.runId, before));
}

function orInWords(drawn: ReturnType<typeof answerModal>): APIInteractionResponse {
  return "modal" in drawn ? opening(drawn.modal) : inWords(drawn.instead);
}

function opening(data: ReturnType<typeof refuseModal>): APIInteractionResponse {
  return { type: InteractionResponseType.Modal, data };
}

function inWords(content: string): APIInteractionResponse {
  const data = { content, flags: MessageFlags.Ephemeral, allowed_mentions: { parse: [] } };
  return { type: InteractionResponseType.ChannelMessageWithSource, data };
}
