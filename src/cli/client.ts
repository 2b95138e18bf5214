/** `npm run client -- "task"`: launches a run over HTTP, follows it, asks here what the agent asks, shows the end. */

import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { harmless } from "../../adapters/terminal/line.ts";
import { loadPlace } from "../config.ts";
import { isEnded } from "../core/text/status.ts";
import type { RunState } from "../http/wire/runs.ts";
import { outageWords } from "./client-outage.ts";
import { type Person, settle } from "./client-questions.ts";
import {
  ClientError,
  findBot,
  request,
  type Server,
  ServerAway,
  send,
  untilReached,
} from "./client-requests.ts";
import { answersAt } from "./client-terminal.ts";
import { outputLost, runCommand } from "./command.ts";
import { type Given, UsageError, usageOf } from "./options.ts";

const line = {
  command: "npm run client",
  about: [
    "Gives the task to a running server, follows the run, and asks here what the agent asks.",
    "--agent name   another agent than the default one",
    "--url url      the server, when it is not the one of this folder",
    "--token token  its owner's token, when it is not kept here",
    "--key key      of a launch whose answer was lost: starts no second run",
    "Ends with 0 when the run is complete, with 1 when it ended otherwise or stands at its step limit, with 2 when it",
    "could not be started or is followed no more, with 130 after Ctrl-C. In the last two a started run goes on.",
  ],
  options: {
    url: { type: "string" },
    token: { type: "string" },
    agent: { type: "string" },
    key: { type: "string" },
  },
  words: '"task"',
} as const;
/** When the stream of events can't be had: how often the state is asked for. */
const pollMs = 2_000;

export interface ClientOptions extends Server, Person {
  task: string;
  agent: string | null;
  /** Names this launch: the same task under the same key is started once. */
  key: string;
}

/** The run as it ended, or as it stands at its step limit. Throws ClientError. */
export async function runClient(given: ClientOptions): Promise<RunState> {
  // What comes from the server was written by a model, a tool or a stranger.
  const options = { ...given, print: (line: string) => given.print(harmless(line)) };
  let run = await launched(options);
  options.print(`Run ${run.id}`);
  let told = "";
  let failing: RunState["outage"] = null;
  for (;;) {
    for (const words of outageWords(failing, run.outage)) options.print(words);
    failing = run.outage;
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

/** Once, however often it has to be sent. Throws ClientError, which says so when it is not known whether it is started. */
async function launched(options: ClientOptions): Promise<RunState> {
  const { task, agent, key } = options;
  const body = { input_prompt: task, ...(agent === null ? {} : { agent }) };
  const notKnown = `It is not known whether the run was started. The same command with --key ${key} starts no second one.`;
  await someoneAt(options);
  let mayBeDone = false;
  const launch = async () => {
    try {
      return await request<RunState>(options, "POST", "/agent/launch", { body, key });
    } catch (error) {
      mayBeDone ||= error instanceof ClientError && error.mayBeDone;
      throw error;
    }
  };
  try {
    return await untilReached(options, launch, `${notKnown} Trying again.`);
  } catch (error) {
    if (!(error instanceof ClientError) || !mayBeDone) throw error;
    throw new ClientError(`${error.message}\n${notKnown}`, { cause: error });
  }
}

/** Throws where no bot answers: as long as nothing was sent, it is known that no run is started. */
async function someoneAt(options: ClientOptions): Promise<void> {
  try {
    await findBot(options);
  } catch (error) {
    if (!(error instanceof ServerAway) || error.answer === null) throw error;
  }
}

function isOver({ status }: RunState): boolean {
  return isEnded(status) || status === "max_steps_reached";
}

/** For a person, or for a run below that may ask one: its questions are listed here as well. */
function isWaiting({ status }: RunState): boolean {
  return status === "waiting_human_input" || status === "sleeping";
}

/** Resolves when something happened to the run; after a while where no stream tells: of the runs below it has none. */
async function change(options: ClientOptions, run: RunState): Promise<void> {
  if (run.waiting?.for === "run") return void (await wait(pollMs));
  const end = new AbortController();
  try {
    const path = `/agent/runs/${run.id}/stream?after=${run.version}`;
    const response = await send(options, "GET", path, { signal: end.signal });
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
  const key = values.key ?? randomUUID();
  if (!/^[\x20-\x7e]+$/.test(key))
    throw new UsageError(`--key takes printable ASCII characters; found ${JSON.stringify(key)}.`);
  const place = loadPlace();
  const url = (values.url ?? place.url).replace(/\/+$/, "");
  const { stdin: input, stdout, stderr } = process;
  const goesOn = `A run that was started goes on. The same command with --key ${key} follows it again.`;
  const onLeave = () => {
    answers.close();
    answers.print(`\n${goesOn}`);
    process.exit(130);
  };
  const answers = answersAt({ input, stdout, stderr, onLeave });
  // Nobody can follow it here any more, nor see what they would approve.
  stdout.once("error", (error) => {
    answers.close();
    stderr.write(`${outputLost(error)}\n${goesOn}\n`);
    process.exit(2);
  });
  try {
    const run = await runClient({
      url,
      token: values.token ?? place.token,
      task,
      agent: values.agent ?? null,
      key,
      print: (line) => answers.print(line),
      ask: (question) => answers.ask(question),
    });
    answers.print(`\n${harmless(run.final_answer ?? run.error ?? `The run is ${run.status}.`)}`);
    return run.status === "complete" ? 0 : 1;
  } finally {
    answers.close();
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
