/** What a person typed into a form: given back to them when it did not count, so that nothing of it is lost. */
import { visibleJson } from "../text/visible.ts";
import type { Intent } from "./inbound.ts";

/** As markdown for its writer alone; null: nothing was typed. */
export function typed(intent: Intent): string | null {
  switch (intent.type) {
    case "answer":
      return quotedBack(intent.text);
    case "refuse":
      return quotedBack(intent.reason);
    case "approve":
      return intent.input === null ? null : quotedBack(visibleJson(intent.input, 2));
    default:
      return null;
  }
}

/** The same of texts by the name of their field. */
export function quotedBack(text: string): string | null {
  return text.trim() === "" ? null : `You wrote:\n${text.trim()}`;
}
