/** `npm run client -- "task"`: launches a run over HTTP, follows it, asks here what the agent asks, shows the end. */

import { createInterface } from "node:readline/promises";
import { setTimeout as wait } from "node:timers/promises";
import { harmless } from "../../adapters/terminal/line.ts";
import { loadPlace } from "../config.ts";
import { fieldInWords } from "../core/text/form-field.ts";
import { valueShownAs } from "../core/text/options.ts";
import { isEnded } from "../core/text/status.ts";
import { visible, visibleJson } from "../core/text/visible.ts";
import type { WireQuestion } from "../http/wire/questions.ts";
import type { RunState } from "../http/wire/runs.ts";
import {
  ClientError,
  refusalOf,
  request,
  type Server,
  ServerAway,
  send,
  untilReached,
} from "./client-requests.ts";
import { runCommand } from "./command.ts";
import { type Given, UsageError, usageOf } from "./options.ts";

const line = {
  command: "npm run client",
  about: [
    "Gives the task to a running server, follows the run, and asks here what the agent asks.",
    "--agent name   another agent than the default one",
    "--url url      the server, when it is not the one of this folder",
    "--token token  its owner's token, when it is not kept here",
  ],
  options: { url: { type: "string" }, token: { type: "string" }, agent: { type: "string" } },
  words: '"task"',
} as const;
/** When the stream of events can't be had: how often the state is asked for. */
const pollMs = 2_000;

export interface ClientOptions extends Server {
  task: string;
  agent: string | null;
  print(line: string): void;
  /** Asks the person at the terminal. */
  ask(question: string): Promise<string>;
}

/** The run as it ended, or as it stands at its step limit. Throws ClientError. */
export async function runClient(given: ClientOptions): Promise<RunState> {
  // What comes from the server was written by a model, a tool or a stranger.
  const options = { ...given, print: (line: string) => given.print(harmless(line)) };
  const body = { input_prompt: options.task, ...(options.agent === null ? {} : { agent: options.agent }) };
  let run = await request<RunState>(options, "POST", "/agent/launch", body);
  options.print(`Run ${run.id}`);
  let told = "";
  for (;;) {
    const line = `Status: ${run.status} | Steps: ${run.steps}`;
    if (line !== told) options.print(line);
    told = line;
    if (isOver(run)) return run;
    const question = run.questions.find((open) => open.may_answer);
    if (question && isWaiting(run)) await settle(options, run, question);
    else await change(options, run);
    run = await untilReached(options, () => request<RunState>(options, "GET", `/agent/state/${run.id}`));
  }
}

function isOver({ status }: RunState): boolean {
  return isEnded(status) || status === "max_steps_reached";
}

/** For a person, or for a run below that may ask one: its questions are listed here as well. */
function isWaiting({ status }: RunState): boolean {
  return status === "waiting_human_input" || status === "sleeping";
}

/** Somebody else may be faster: then their answer stands and this one is told so. */
async function settle(options: ClientOptions, run: RunState, question: WireQuestion): Promise<void> {
  const id = { id: run.id, question_id: question.id };
  const [path, body] =
    question.kind === "approval"
      ? await askApproval(options, question)
      : ["/agent/provide_input", { answer: await askAnswer(options, question) }];
  // The question takes one answer: to send it again changes nothing.
  const response = await untilReached(options, () => send(options, "POST", path, { ...id, ...body }));
  if (!response.ok) options.print(await refusalOf(response));
}

async function askAnswer({ print, ask }: ClientOptions, question: WireQuestion): Promise<string> {
  print(`\n${question.text}`);
  if (question.context) print(question.context);
  for (const field of question.form?.fields ?? [])
    print(`  ${field.name}: ${fieldInWords(field).replaceAll("\n", "; ")}`);
  if (question.link) print(`  ${question.link.url ?? question.link.host}`);
  for (const [index, { label }] of question.choices.entries()) print(`  ${index + 1}. ${label}`);
  const answer = (await ask("> ")).trim();
  return valueShownAs(question.choices, answer) ?? question.choices[Number(answer) - 1]?.value ?? answer;
}

async function askApproval({ print, ask }: ClientOptions, question: WireQuestion): Promise<[string, object]> {
  print(`\n${question.text}`);
  if (question.call) print(`${question.call.tool} ${visibleJson(question.call.input, 2)}`);
  // Indented, so that no line of it passes for a question of ours.
  if (question.call?.preview)
    print(`Preview by the tool\n  ${visible(question.call.preview).replaceAll("\n", "\n  ")}`);
  const isYes = /^y(es)?$/i.test((await ask("Approve? [y/N] ")).trim());
  if (isYes) return ["/agent/approve", {}];
  return ["/agent/refuse", { reason: await ask("Reason: ") }];
}

/** Resolves when something happened to the run; after a while where no stream tells: of the runs below it has none. */
async function change(options: ClientOptions, run: RunState): Promise<void> {
  if (run.waiting?.for === "run") return void (await wait(pollMs));
  const end = new AbortController();
  try {
    const path = `/agent/runs/${run.id}/stream?after=${run.version}`;
    const response = await send(options, "GET", path, undefined, end.signal);
    if (!response.ok || !response.body) return void (await wait(pollMs));
    let text = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes("data: ")) return;
    }
  } catch (error) {
    if (error instanceof ClientError && !(error instanceof ServerAway)) throw error;
    await wait(pollMs);
  } finally {
    end.abort();
  }
}

async function main({ values, words }: Given): Promise<number> {
  const task = words.join(" ").trim();
  if (task === "") throw new UsageError(usageOf(line));
  const place = loadPlace();
  const terminal = createInterface({ input: process.stdin });
  // Lines that come before they are asked for (a pipe) wait here.
  const lines = terminal[Symbol.asyncIterator]();
  try {
    const run = await runClient({
      url: (values.url ?? place.url).replace(/\/+$/, ""),
      token: values.token ?? place.token,
      task,
      agent: values.agent ?? null,
      print: (line) => process.stdout.write(`${line}\n`),
      ask: async (question) => {
        process.stdout.write(question);
        const { value, done } = await lines.next();
        if (done) throw new ClientError("There is nobody at the terminal; the run goes on without it.");
        return value;
      },
    });
    process.stdout.write(`\n${harmless(run.final_answer ?? run.error ?? `The run is ${run.status}.`)}\n`);
    return run.status === "complete" ? 0 : 1;
  } finally {
    terminal.close();
  }
}

if (import.meta.main) {
  process.exitCode = await runCommand(line, (given) =>
    main(given).catch((error: unknown) => {
      if (!(error instanceof ClientError)) throw error;
      process.stderr.write(`${harmless(error.message)}\n`);
      return 2;
    }),
  );
}
