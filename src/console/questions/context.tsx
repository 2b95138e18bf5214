/** What stands below a question: Markdown of the model, or this bot's own words, in which a name is only a name. */
import { isContextPlain } from "../../core/text/plain-context.ts";
import { Prose } from "../parts/prose.tsx";

interface Told {
  question: { kind: string };
  context: string;
  untrusted: boolean;
}

export function Context({ question, context, untrusted }: Told) {
  if (isContextPlain(question)) return <div className="prose plain">{context}</div>;
  return <Prose text={context} untrusted={untrusted} />;
}
