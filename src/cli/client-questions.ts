/** The client's questions: what the agent asks is put to the person at the terminal, and the answer is sent once. */
import { randomUUID } from "node:crypto";
import { fieldInWords } from "../core/text/form-field.ts";
import { valueShownAs } from "../core/text/options.ts";
import { goneInWords } from "../core/text/tool-gone.ts";
import { visible, visibleJson } from "../core/text/visible.ts";
import type { WireQuestion } from "../http/wire/questions.ts";
import type { RunState } from "../http/wire/runs.ts";
import { refusalOf, type Server, send, untilReached } from "./client-requests.ts";

/** At the terminal. */
export interface Person {
  print(line: string): void;
  ask(question: string): Promise<string>;
}

/** Somebody else may be faster: then their answer stands and this one is told so. */
export async function settle(options: Server & Person, run: RunState, question: WireQuestion): Promise<void> {
  const id = { id: run.id, question_id: question.id };
  const [path, body] =
    question.kind === "approval"
      ? await askApproval(options, question)
      : ["/agent/provide_input", { answer: await askAnswer(options, question) }];
  const sending = { body: { ...id, ...body }, key: randomUUID() };
  let tries = 0;
  const response = await untilReached(options, () => {
    tries += 1;
    return send(options, "POST", path, sending);
  });
  if (!response.ok) options.print(await refusalOf(response));
  else if (tries > 1) options.print("Your answer was taken.");
}

async function askAnswer({ print, ask }: Person, question: WireQuestion): Promise<string> {
  print(`\n${question.text}`);
  if (question.context) print(question.context);
  for (const field of question.form?.fields ?? [])
    print(`  ${field.name}: ${fieldInWords(field).replaceAll("\n", "; ")}`);
  if (question.link) print(`  ${question.link.url ?? question.link.host}`);
  for (const [index, { label }] of question.choices.entries()) print(`  ${index + 1}. ${label}`);
  const answer = (await ask("> ")).trim();
  return valueShownAs(question.choices, answer) ?? question.choices[Number(answer) - 1]?.value ?? answer;
}

async function askApproval({ print, ask }: Person, question: WireQuestion): Promise<[string, object]> {
  print(`\n${question.text}`);
  if (question.call) print(`${question.call.tool} ${visibleJson(question.call.input, 2)}`);
  // Indented, so that no line of it passes for a question of ours.
  if (question.call?.preview)
    print(`Preview by the tool\n  ${visible(question.call.preview).replaceAll("\n", "\n  ")}`);
  const gone = goneInWords(question, question.tool_gone);
  if (gone !== null) {
    print(gone);
    return ["/agent/refuse", { reason: await ask("Reason to refuse it (Ctrl-C leaves it open): ") }];
  }
  const said = (await ask("Approve? [y/N] ")).trim();
  if (/^y(es)?$/i.test(said)) return ["/agent/approve", {}];
  const [no = null, reason = ""] = /^no?\b[\s:,]*(.*)$/is.exec(said) ?? [];
  if (reason !== "") return ["/agent/refuse", { reason }];
  const asked = ask("Reason: ");
  // A no stands also when whoever said it is gone; words that are neither leave it open then.
  return ["/agent/refuse", { reason: await (no === null ? asked : asked.catch(() => "")) }];
}
