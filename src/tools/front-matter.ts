/** Markdown with front matter, as prompts and runbooks are written: YAML between two lines of ---, the text below. */
import { parseDocument } from "yaml";
import type { z } from "zod";
import { checkedBy, lineOf } from "../core/misfits.ts";

/** `text` has no white space around it. `problems`: a line each, never empty. */
export type FrontMatter<T> = { data: T; text: string } | { problems: string[] };

/** Line ends as in git, whatever the checkout made of them: what is read must not depend on the machine. */
export function withPlainEnds(written: string): string {
  return written.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
}

/** `noun`: what the text below is called, for its author. */
export function readFrontMatter<S extends z.ZodType>(
  written: string,
  schema: S,
  noun: string,
): FrontMatter<z.output<S>> {
  const end = `${written}\n`.indexOf("\n---\n", 3);
  if (!written.startsWith("---\n") || end < 0)
    return { problems: ["it must begin with front matter between two lines of ---"] };
  const document = parseDocument(written.slice(4, end + 1), { uniqueKeys: true });
  const fault = document.errors[0];
  if (fault) return { problems: [`the front matter is no YAML: ${fault.message.split("\n")[0]}`] };
  const read = checkedBy(schema, document.toJS({ maxAliasCount: 0 }));
  if ("misfits" in read) return { problems: read.misfits.map((misfit) => lineOf(misfit, "front matter")) };
  const text = written.slice(end + 5).trim();
  if (text === "") return { problems: [`there is no ${noun} below the front matter`] };
  return { data: read.data, text };
}
