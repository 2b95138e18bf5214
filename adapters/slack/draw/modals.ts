/** Draws the modals of refusing, editing and replying. */
import type { types } from "@slack/bolt";
import type { Question } from "../../../src/core/question.ts";
import { cut } from "../../../src/core/text/brief.ts";
import { plainWords } from "../../../src/core/text/plain-words.ts";
import type { ModalKind, ModalPlace } from "../parsed.ts";
import { argumentBlocks } from "./arguments.ts";
import { harmless } from "./escape.ts";
import { formBlocks } from "./form.ts";

type ViewBlock = types.View["blocks"][number];

/** What comes back with the submission, which knows neither channel nor question by itself. */
export interface ModalMetadata extends ModalPlace {
  kind: ModalKind;
  questionId: string;
}

/** The block id of the one text input in modals that ask for words. */
export const wordsBlock = "words";

/** `question` is as it stands now; null: it is not known (any more), and submitting will say so. */
export function drawModal(metadata: ModalMetadata, question: Question | null): types.ModalView {
  const [title, submit] = titles[metadata.kind];
  const inputs = inputsOf(metadata.kind, question);
  return {
    type: "modal",
    callback_id: `belay:${metadata.kind}`,
    private_metadata: JSON.stringify(metadata),
    title: { type: "plain_text", text: title },
    close: { type: "plain_text", text: "Back" },
    // Without a way to submit it is only a notice.
    ...(inputs === null ? {} : { submit: { type: "plain_text", text: submit } }),
    blocks: [about(question), ...(inputs ?? [tooLong])],
  };
}

const titles: Record<ModalKind, [title: string, submit: string]> = {
  refuse: ["Refuse", "Refuse"],
  edit: ["Edit", "Show as edited"],
  reply: ["Reply", "Send"],
};

const tooLong: ViewBlock = {
  type: "section",
  text: { type: "plain_text", text: "This call is too long to edit here. Edit it in the console." },
};

function about(question: Question | null): ViewBlock {
  const text = question === null ? "This question is no longer open." : harmless(plainWords(question.text));
  return {
    type: "section",
    text: { type: "plain_text", text: cut(text || "(no text)", 2900), emoji: false },
  };
}

function inputsOf(kind: ModalKind, question: Question | null): ViewBlock[] | null {
  if (kind === "edit") return question?.call ? argumentBlocks(question.call.input) : null;
  if (kind === "reply" && question?.form) return formBlocks(question.form);
  const reason = kind === "refuse";
  return [
    {
      type: "input",
      block_id: wordsBlock,
      optional: reason,
      label: { type: "plain_text", text: reason ? "Why? The agent reads this." : "Your answer" },
      element: { type: "plain_text_input", action_id: "text", multiline: true, max_length: 3000 },
    },
  ];
}
