/** Slack's pages of a thread: so many messages at a time, the oldest first (docs.slack.dev, conversations.replies). */

/** The emulator gives a whole thread at once, whatever the limit. */
export function pageOf(
  answer: Record<string, unknown>,
  body: Record<string, string>,
): Record<string, unknown> {
  if (!Array.isArray(answer.messages)) return answer;
  const from = Number(body.cursor ?? 0);
  const to = from + Number(body.limit ?? 1000);
  const more = to < answer.messages.length;
  return {
    ...answer,
    messages: answer.messages.slice(from, to),
    has_more: more,
    response_metadata: { next_cursor: more ? String(to) : "" },
  };
}
