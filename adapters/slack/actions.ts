/** Presses of the bot's own buttons: an intent, or a modal to open first. */
import type { Intent } from "../../src/core/ports/inbound.ts";
import { threadAddress } from "./address.ts";
import { type Bot, type Parsed, presser, responseUrl } from "./parsed.ts";
import { parsedJson, textAt } from "./payload.ts";

/** Null for what is no button of ours. Ids only: whether the press is allowed is decided later. */
export function parseAction(payload: unknown, bot: Bot): Parsed | null {
  const button = /^belay:([a-z]+):/.exec(textAt(payload, "actions", 0, "action_id") ?? "")?.[1];
  const value = parsedJson(textAt(payload, "actions", 0, "value"));
  const [trigger, user] = [textAt(payload, "trigger_id"), textAt(payload, "user", "id")];
  const channel = textAt(payload, "channel", "id") ?? textAt(payload, "container", "channel_id");
  if (button === undefined || trigger === null || user === null || channel === null) return null;
  const runId = textAt(value, "r") ?? "";
  const questionId = textAt(value, "q") ?? "";
  const root = textAt(payload, "container", "thread_ts") ?? textAt(payload, "message", "thread_ts");
  const standing = root ?? textAt(payload, "message", "ts") ?? textAt(payload, "container", "message_ts");
  if (button === "refuse" || button === "edit" || button === "reply") {
    const place = { runId, channel, root: standing, user };
    return { type: "open_modal", kind: button, trigger, questionId, place };
  }
  const intent =
    button === "meant"
      ? ({ type: "meant", key: textAt(value, "k") ?? "", questionId } as const)
      : pressed(button, runId, questionId, textAt(value, "v") ?? "");
  if (intent === null) return null;
  const replyTo = {
    via: "press",
    channel,
    user,
    ...(standing === null ? {} : { root: standing }),
    ...responseUrl(payload),
  };
  return {
    type: "inbound",
    inbound: {
      key: `press:${trigger}`,
      actor: presser(payload, user, bot),
      channel: "slack",
      address: standing === null ? null : threadAddress(bot.team, channel, standing),
      intent,
      replyTo,
      context: [],
    },
    thread: null,
  };
}

function pressed(button: string, runId: string, questionId: string, value: string): Intent | null {
  switch (button) {
    case "stop":
    case "pause":
    case "resume":
      return { type: "press", action: button, runId };
    case "choose":
      return { type: "choose", questionId, value };
    case "approve":
      return { type: "approve", questionId, input: null };
    case "undo":
    case "link":
      return { type: button, questionId };
    default:
      return null;
  }
}
