/** Where the client asks its person: at a terminal, where nothing typed before a question answers it, or in a pipe. */
import { createInterface } from "node:readline";
import { createInterface as createLines } from "node:readline/promises";
import type { ReadStream, WriteStream } from "node:tty";
import { harmless } from "../../adapters/terminal/line.ts";
import { LinesAtOnce } from "../../adapters/terminal/lines-at-once.ts";
import { marksOff, marksOn, PasteMarks, withLineEnds } from "../../adapters/terminal/pasted.ts";
import type { Person } from "./client-questions.ts";
import { ClientError } from "./client-requests.ts";

/** `ask` rejects with a ClientError when nobody is there any more. */
export interface Answers {
  ask(question: string): Promise<string>;
  close(): void;
}

const unseen =
  "A question is open, and nobody would see it here: stdout and stderr lead elsewhere. The run goes on without it.";
const nobody = "There is nobody at the terminal; the run goes on without it.";

/** The process's own streams, of which each may be a terminal. */
interface Place extends Pick<Terminal, "onLeave"> {
  input: Terminal["input"] & { isTTY?: boolean };
  stdout: WriteStream;
  stderr: WriteStream;
}

/**
 * Who is at these streams. Where stdout leads elsewhere, the person is asked on stderr, and told there too what is
 * printed: nobody approves what they can't see.
 */
export function answersAt({ input, stdout, stderr, onLeave }: Place): Answers & Pick<Person, "print"> {
  const isSeen = (output: WriteStream) => output.isTTY === true;
  const screen = [stdout, stderr].find(isSeen);
  const printing = input.isTTY === true && screen === stderr ? [stdout, stderr] : [stdout];
  const print = (line: string) => {
    for (const output of printing) output.write(`${line}\n`);
  };
  if (input.isTTY !== true) return { ...pipedAnswers(input, stdout), print };
  if (screen === undefined) return { ask: () => Promise.reject(new ClientError(unseen)), close() {}, print };
  return { ...typedAnswers({ input, output: screen, onLeave }), print };
}

/**
 * Lines of a pipe or a file: those that come before they are asked for wait. No terminal echoes them: the answer is
 * written behind its question, so that what comes next begins a line.
 */
function pipedAnswers(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Answers {
  const lines = createLines({ input });
  const next = lines[Symbol.asyncIterator]();
  return {
    async ask(question) {
      output.write(question);
      const { value, done } = await next.next();
      output.write(`${done ? "" : harmless(value)}\n`);
      if (done) throw new ClientError(nobody);
      return value;
    },
    close: () => lines.close(),
  };
}

/** Node's streams of a terminal. */
interface Terminal {
  input: Pick<ReadStream, "setRawMode"> & NodeJS.ReadableStream;
  output: WriteStream;
  /** Ctrl-C. */
  onLeave(): void;
}

/**
 * A person. A line that was typed, or pasted, before a question stands must not approve it: it is told of and dropped.
 * What is pasted is one answer, however many lines it has.
 */
export function typedAnswers({ input, output, onLeave }: Terminal): Answers {
  const keys = new PasteMarks((mode) => void input.setRawMode(mode));
  input.pipe(keys);
  output.write(marksOn);
  const typed = createInterface({ input: keys, output, terminal: true, prompt: "" });
  let asked: PromiseWithResolvers<string> | null = null;
  /** What was asked when the first line of a text came: it is for that. */
  let question: PromiseWithResolvers<string> | null = null;
  let isClosed = false;
  // What was typed before this program began waits in the terminal: it is read, and dropped, before anything is asked.
  let isRead = false;
  const read = new Promise<void>((done) => setImmediate(() => setImmediate(done))).then(() => {
    isRead = true;
  });
  const take = (answer: string) => {
    if (question === null) {
      const onNewLine = asked === null ? "" : "\n";
      if (answer.trim() !== "") output.write(`${onNewLine}Nothing is asked yet: this line went nowhere.\n`);
      // A question that came meanwhile stands below these words.
      if (asked !== null) typed.prompt(true);
      return;
    }
    typed.setPrompt("");
    asked = null;
    question.resolve(answer);
  };
  const lines = new LinesAtOnce(() => typed.line === "", take);
  typed.on("line", (text) => {
    if (lines.isEmpty) question = asked;
    lines.add(withLineEnds(text));
  });
  typed.on("SIGINT", onLeave);
  typed.on("close", () => {
    lines.flush();
    isClosed = true;
    asked?.reject(new ClientError(nobody));
  });
  return {
    async ask(question) {
      if (!isRead) await read;
      if (isClosed) throw new ClientError(nobody);
      asked = Promise.withResolvers<string>();
      typed.setPrompt(question);
      typed.prompt(true);
      return asked.promise;
    },
    close() {
      typed.close();
      input.unpipe(keys);
      input.pause();
      output.write(marksOff);
    },
  };
}
