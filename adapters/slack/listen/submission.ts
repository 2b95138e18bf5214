/** Submitted modals as inbound messages. */
import type { Intent } from "../../../src/core/ports/inbound.ts";
import { threadAddress } from "../address.ts";
import { readArguments } from "../draw/arguments.ts";
import { filledIn } from "../draw/form.ts";
import { wordsBlock } from "../draw/modals.ts";
import { type Bot, type Parsed, presser } from "../parsed.ts";
import { at, parsedJson, textAt } from "../payload.ts";

/** Null for views that are not ours. */
export function parseSubmission(payload: unknown, bot: Bot): Parsed | null {
  const kind = /^belay:([a-z]+)$/.exec(textAt(payload, "view", "callback_id") ?? "")?.[1];
  const metadata = parsedJson(textAt(payload, "view", "private_metadata"));
  const [viewId, user] = [textAt(payload, "view", "id"), textAt(payload, "user", "id")];
  const [channel, root] = [textAt(metadata, "channel"), textAt(metadata, "root")];
  const questionId = textAt(metadata, "questionId");
  if (kind === undefined || viewId === null || user === null || channel === null || questionId === null) {
    return null;
  }
  const read = readIntent(kind, questionId, at(payload, "view", "state", "values"));
  if (read === null || "errors" in read) return read === null ? null : { type: "invalid", ...read };
  return {
    type: "inbound",
    inbound: {
      // One view can be submitted once: a resend of the same press has the same id.
      key: `view:${viewId}`,
      actor: presser(payload, user, bot),
      channel: "slack",
      address: root === null ? null : threadAddress(bot.team, channel, root),
      intent: read,
      replyTo: { via: "press", channel, user, ...(root === null ? {} : { root }) },
      context: [],
    },
    thread: null,
    blocks: Object.keys(at(payload, "view", "state", "values") ?? {}),
  };
}

function readIntent(
  kind: string,
  questionId: string,
  values: unknown,
): Intent | { errors: Record<string, string> } | null {
  const filled = filledIn(values);
  if (kind === "reply" && filled !== null) return { type: "answer", questionId, ...filled };
  const words = (textAt(values, wordsBlock, "text", "value") ?? "").trim();
  switch (kind) {
    case "refuse":
      return { type: "refuse", questionId, reason: words };
    case "reply":
      return words === ""
        ? { errors: { [wordsBlock]: "Write an answer first." } }
        : { type: "answer", questionId, text: words };
    case "edit": {
      const read = readArguments(values);
      return read.ok ? { type: "approve", questionId, input: read.input } : { errors: read.errors };
    }
    default:
      return null;
  }
}
