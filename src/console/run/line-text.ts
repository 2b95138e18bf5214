/** What a line says, for the search in a run: its own words and what it opens into, never the names of our fields. */
import type { Line } from "./line.ts";

export function textOf(line: Line): string {
  return [line.title, line.detail, ...contentOf(line)].join("\n");
}

function contentOf(line: Line): string[] {
  switch (line.kind) {
    case "call":
      return [asText(line.call.input), line.output ?? "", line.error?.message ?? ""];
    case "model":
      return [
        line.answer.text ?? "",
        line.answer.refusal ?? "",
        ...line.answer.calls.map(({ tool, input }) => `${tool} ${asText(input)}`),
      ];
    case "question": {
      const { text, context, call } = line.question;
      return [text, context ?? "", asText(call?.input)];
    }
    case "words":
      return [line.text];
    case "fold":
      return line.lines.map(textOf);
    case "outage":
      return line.failures.map(({ message }) => message);
  }
}

function asText(input: unknown): string {
  return typeof input === "string" ? input : (JSON.stringify(input) ?? "");
}
