/** Where the client asks its person: at a terminal, where nothing typed before a question answers it, or in a pipe. */
import { createInterface } from "node:readline";
import { createInterface as createLines } from "node:readline/promises";
import type { ReadStream, WriteStream } from "node:tty";
import { marksOff, marksOn, PasteMarks, withLineEnds } from "../../adapters/terminal/pasted.ts";
import { ClientError } from "./client-requests.ts";

/** `ask` rejects with a ClientError when nobody is there any more. */
export interface Answers {
  ask(question: string): Promise<string>;
  close(): void;
}

const nobody = "There is nobody at the terminal; the run goes on without it.";

/** Lines of a pipe or a file: those that come before they are asked for wait. */
export function pipedAnswers(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Answers {
  const lines = createLines({ input });
  const next = lines[Symbol.asyncIterator]();
  return {
    async ask(question) {
      output.write(question);
      const { value, done } = await next.next();
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
  let lines: string[] = [];
  let isClosed = false;
  const take = (question: typeof asked) => {
    const answer = lines.join("\n");
    lines = [];
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
  typed.on("line", (text) => {
    // Lines that come at once are one text, also where the terminal marks no paste. It is for what stood by then.
    const question = asked;
    if (lines.push(withLineEnds(text)) === 1) setImmediate(() => take(question));
  });
  typed.on("SIGINT", onLeave);
  typed.on("close", () => {
    isClosed = true;
    asked?.reject(new ClientError(nobody));
  });
  return {
    async ask(question) {
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
