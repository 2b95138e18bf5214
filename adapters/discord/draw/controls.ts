/** Buttons and selects of a post as Discord's components. */
import {
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIComponentInMessageActionRow,
  ButtonStyle,
  ComponentType,
} from "discord.js";
import type { Button } from "../../../src/core/message.ts";
import { brief } from "../../../src/core/text/brief.ts";
import { customId, shortValue } from "../actions.ts";

/** At most five buttons or one select. */
export type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/** Five buttons fit in a row; more choices than this become a select. */
const choicesAsButtons = 4;

/**
 * At most three rows: a select, then the other buttons. Choices beyond 25 are answered by a reply.
 * `used`: custom ids that stand in the message already; what repeats them is left out.
 */
export function rowsOf(buttons: readonly Button[], publicUrl: string | null, used: Set<string>): Row[] {
  const choices = buttons.filter((button) => button.action === "choose");
  if (choices.length <= choicesAsButtons) return buttonRows(buttons, publicUrl, used);
  const others = buttons.filter((button) => button.action !== "choose");
  return [...selectRow(choices, used), ...buttonRows(others, publicUrl, used)];
}

function buttonRows(buttons: readonly Button[], publicUrl: string | null, used: Set<string>): Row[] {
  const drawn = buttons
    .flatMap((button) => drawnButton(button, publicUrl) ?? [])
    .filter((button) => !("custom_id" in button) || isNew(button.custom_id, used))
    .slice(0, 10);
  const rows: Row[] = [];
  for (let at = 0; at < drawn.length; at += 5) {
    rows.push({ type: ComponentType.ActionRow, components: drawn.slice(at, at + 5) });
  }
  return rows;
}

function isNew(id: string, used: Set<string>): boolean {
  return !used.has(id) && used.add(id).has(id);
}

const styles = {
  plain: ButtonStyle.Secondary,
  primary: ButtonStyle.Primary,
  danger: ButtonStyle.Danger,
} as const;

/** null: it cannot be drawn here (a link without a public address). */
function drawnButton(button: Button, publicUrl: string | null): APIButtonComponent | null {
  const label = brief(button.label, 80) || "–";
  if (button.action === "open") {
    const url = runUrl(publicUrl, button.runId);
    return url === null ? null : { type: ComponentType.Button, style: ButtonStyle.Link, label, url };
  }
  const id = idOf(button);
  if (id === null || id.length > 100) return null;
  return { type: ComponentType.Button, style: styles[button.style], label, custom_id: id };
}

function idOf(button: Button): string | null {
  const question = button.questionId ?? null;
  switch (button.action) {
    case "stop":
    case "pause":
    case "resume":
      return customId({ action: button.action, runId: button.runId });
    case "choose":
      return question === null ? null : customId({ action: "choose", question, value: button.value ?? "" });
    case "open":
      return null;
    default:
      return question === null ? null : customId({ action: button.action, question });
  }
}

function selectRow(choices: readonly Button[], used: Set<string>): Row[] {
  const id = customId({ action: "choose", question: choices[0]?.questionId ?? "", value: null });
  if (!isNew(id, used)) return [];
  const options = new Map(
    choices.map((choice) => {
      const value = shortValue(choice.value ?? "");
      return [value, { label: brief(choice.label, 100) || "–", value }];
    }),
  );
  const select = {
    type: ComponentType.StringSelect as const,
    custom_id: id,
    placeholder: "Choose one",
    options: [...options.values()].slice(0, 25),
  };
  return [{ type: ComponentType.ActionRow, components: [select] }];
}

/** Where the console shows a run. */
export function runUrl(publicUrl: string | null, runId: string): string | null {
  return publicUrl === null ? null : `${publicUrl.replace(/\/$/, "")}/runs/${encodeURIComponent(runId)}`;
}
