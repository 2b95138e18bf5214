/** What a line typed at the terminal means, given the question that is open. Pure. */
import { kindOf } from "../../src/core/admit/words.ts";
import type { Button, Message } from "../../src/core/message.ts";
import type { Intent } from "../../src/core/ports/inbound.ts";
import { lostDigits } from "../../src/core/text/digits.ts";

/** An open question as it stands on the screen. */
export interface Asked {
  questionId: string;
  isApproval: boolean;
  /** False: nothing can be approved now, only refused. */
  canApprove: boolean;
  choices: { label: string; value: string }[];
  freeText: boolean;
}

/** What one entered line comes to. */
export type Typed =
  | { type: "intent"; intent: Intent }
  /** Words for whoever typed it; nothing happened. */
  | { type: "told"; text: string }
  /** The next line is the reason, or the arguments as JSON. */
  | { type: "asks"; for: "reason" | "arguments"; questionId: string }
  /** Take the way back that was offered last. */
  | { type: "undo" }
  | { type: "new_thread" }
  | { type: "quit" }
  | { type: "nothing" };

const helpText = [
  "A line is a task, the answer to the open question, or a word to the run that works.",
  "/stop · /pause · /resume · /undo · /status · /list · /agents · /help",
  "/new starts a thread that knows nothing of the former runs · /quit or Ctrl-C ends the chat",
].join("\n");

/** The question that a message asks; null when it asks none (any more). */
export function askedIn(message: Message): Asked | null {
  const buttons = buttonsIn(message);
  const questionId = buttons.find(isAsking)?.questionId;
  if (questionId === undefined) return null;
  return {
    questionId,
    isApproval: buttons.some(({ action }) => action === "refuse"),
    canApprove: buttons.some(({ action }) => action === "approve"),
    choices: buttons.flatMap(({ action, label, value }) =>
      action === "choose" ? [{ label, value: value ?? label }] : [],
    ),
    freeText: buttons.some(({ action }) => action === "reply"),
  };
}

/** The question whose call the message offers to undo; null: it offers nothing. */
export function undoableIn(message: Message): string | null {
  return buttonsIn(message).find(({ action }) => action === "undo")?.questionId ?? null;
}

function buttonsIn(message: Message): Button[] {
  return message.blocks.flatMap((block) => (block.type === "actions" ? block.buttons : []));
}

/** A way back stands on a card that asks nothing any more. */
export function isAsking({ action, questionId }: Button): boolean {
  return questionId !== undefined && action !== "undo";
}

/** `asked`: the open question, which plain words answer; null: they are a task or steer the run. */
export function parse(line: string, asked: Asked | null): Typed {
  const text = line.trim();
  if (text === "") return { type: "nothing" };
  if (text.startsWith("/")) return parseCommand(text.slice(1).trim());
  if (!asked || isForRun(text, asked)) {
    return {
      type: "intent",
      intent: { type: "message", text, addressed: true, agent: null, thread: "direct" },
    };
  }
  return asked.isApproval ? parseDecision(text, asked) : parseAnswer(text, asked);
}

/** A stop is one whatever is asked; thanks and pictures answer nothing that does not offer them. */
function isForRun(text: string, { choices }: Asked): boolean {
  const kind = kindOf(text);
  return (kind === "stop" || kind === "thanks" || kind === "emoji") && choiceOf(text, choices) === undefined;
}

function parseCommand(text: string): Typed {
  switch (text.toLowerCase()) {
    case "":
    case "help":
      return { type: "told", text: helpText };
    case "quit":
    case "exit":
      return { type: "quit" };
    case "new":
      return { type: "new_thread" };
    case "undo":
      return { type: "undo" };
    default:
      return /^(stop|pause|resume|status|list|agents)\b/i.test(text)
        ? { type: "intent", intent: { type: "instruction", text } }
        : { type: "told", text: `There is no /${text}.\n${helpText}` };
  }
}

function parseDecision(text: string, { questionId, canApprove }: Asked): Typed {
  const [, letter = "", rest = ""] = /^(y|yes|n|no|e|edit)(?:[\s:,]+(.*))?$/is.exec(text) ?? [];
  switch (letter.toLowerCase()[0]) {
    case "y":
      if (rest === "") return { type: "intent", intent: { type: "approve", questionId, input: null } };
      return { type: "told", text: "Approving takes y alone; what comes after it would be lost." };
    case "n":
      if (rest === "") return { type: "asks", for: "reason", questionId };
      return { type: "intent", intent: { type: "refuse", questionId, reason: rest } };
    case "e":
      return rest === "" ? { type: "asks", for: "arguments", questionId } : parseArguments(rest, questionId);
    default:
      return {
        type: "told",
        text: canApprove
          ? "Type y to approve, n and a reason to refuse, or e to change the arguments."
          : "Type n and a reason to refuse it.",
      };
  }
}

function parseAnswer(text: string, { questionId, choices, freeText }: Asked): Typed {
  const chosen = choiceOf(text, choices);
  if (chosen) return { type: "intent", intent: { type: "choose", questionId, value: chosen.value } };
  if (freeText) return { type: "intent", intent: { type: "answer", questionId, text } };
  return { type: "told", text: `Type one of: ${choices.map(({ label }) => label).join(" · ")}` };
}

function choiceOf(text: string, choices: Asked["choices"]): Asked["choices"][number] | undefined {
  const lower = text.toLowerCase();
  // The label stands on the screen, and may be the value of another one.
  const named =
    choices.find(({ label }) => label.toLowerCase() === lower) ??
    choices.find(({ value }) => value.toLowerCase() === lower);
  return named ?? (areNumbered(choices) && /^\d+$/.test(text) ? choices[Number(text) - 1] : undefined);
}

/** Choices that are numbers themselves are typed as they are: "2" can't mean the second and the number 2. */
export function areNumbered(choices: readonly { label: string }[]): boolean {
  return choices.every(({ label }) => !/^\s*-?\d/.test(label));
}

/** The line after `n` alone. An empty one takes the refusal back. */
export function parseReason(line: string, questionId: string): Typed {
  const reason = line.trim();
  return reason === ""
    ? { type: "told", text: "Nothing was decided." }
    : { type: "intent", intent: { type: "refuse", questionId, reason } };
}

/** The line after `e` alone: the call is asked anew with these arguments. An empty one changes nothing. */
export function parseArguments(line: string, questionId: string): Typed {
  if (line.trim() === "") return { type: "told", text: "Nothing was decided." };
  try {
    const input: unknown = JSON.parse(line);
    const lost = lostDigits(line);
    if (lost !== null) return { type: "told", text: `${lost}. Nothing was decided; type e to try again.` };
    return { type: "intent", intent: { type: "approve", questionId, input } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { type: "told", text: `That is not JSON (${why}). Nothing was decided; type e to try again.` };
  }
}
