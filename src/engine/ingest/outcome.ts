/** What becomes of an inbound message: a command on its run, and the outcome in words for its sender. */
import type { Refusal, RunCommand, Via } from "../../core/command.ts";
import type { InboxKey } from "../../core/ports/deliveries.ts";
import type { Inbound, Outcome } from "../../core/ports/inbound.ts";
import { wordsInBrief } from "../../core/text/plain-words.ts";
import type { Engine } from "../engine.ts";

/** The inbox key makes doing it twice impossible. */
export async function toRun(
  engine: Engine,
  runId: string,
  command: RunCommand,
  inbox: InboxKey,
  type: "noted" | "answered" | "done",
): Promise<Outcome> {
  const submitted = await engine.command(runId, command, inbox);
  if (!submitted.ok) return { ...unheeded(command, submitted.refusal), runId };
  if (submitted.duplicate) return repeated(submitted.runId);
  const text = { noted: "Noted.", answered: "Thank you, I carry on.", done: "Done." }[type];
  return { type, text, runId };
}

/** Words that may have meant several questions are kept: the one that is pressed gets them. */
function unheeded(command: RunCommand, refusal: Refusal): Outcome {
  const open = refusal.questions ?? [];
  if (command.type !== "say" || refusal.code !== "question_ambiguous") return refused(said(refusal));
  // What they may have meant is settled: there is nothing to press.
  if (open.length === 0) return told(refusal.message);
  const offers = open.map(({ id, text }) => ({ questionId: id, label: wordsInBrief(text, 70) }));
  const listed = open.map(({ text }, index) => `${index + 1}. ${wordsInBrief(text, 100)}`);
  return { type: "asked", text: [refusal.message, ...listed].join("\n"), runId: null, offers };
}

/** Several lines when the refusal names open questions: one for each, with its id. */
export function said(refusal: Refusal): string {
  const open =
    refusal.questions?.map((question) => `- ${question.id}: ${wordsInBrief(question.text, 100)}`) ?? [];
  return [refusal.message, ...open].join("\n");
}

/** Kept in the event: which channel the words came through, and the place when there was one. */
export function viaOf(inbound: Inbound): Via {
  return inbound.address
    ? { channel: inbound.channel, address: inbound.address }
    : { channel: inbound.channel };
}

/** The same for words: with the message that they stood in, which may be changed later. */
export function viaWords(inbound: Inbound): Via {
  return { ...viaOf(inbound), key: inbound.key };
}

/** An answer to its sender alone; no run was touched. */
export function told(text: string): Outcome {
  return { type: "told", text, runId: null };
}

/** A refusal in words to its sender alone; no run was touched. */
export function refused(text: string): Outcome {
  return { type: "refused", text, runId: null };
}

/** Its effect was committed by another try, here or in another process: that one tells its sender. */
export function repeated(runId: string): Outcome {
  return { type: "repeated", text: "", runId };
}

/** Nobody is told anything. */
export function ignored(): Outcome {
  return { type: "ignored", text: "", runId: null };
}
