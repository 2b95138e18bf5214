/** What people can press under an open question. */
import type { Button } from "../message.ts";
import type { OpenQuestion, State } from "../state.ts";

export function buttonsOf(question: OpenQuestion, state: State): Button[] {
  const ids = { runId: state.runId, questionId: question.id };
  const open: Button = { action: "open", label: "Open", style: "plain", runId: state.runId };
  if (question.kind === "approval") {
    const refuse: Button = { action: "refuse", label: "Refuse…", style: "danger", ...ids };
    if (question.toolGone) return [refuse, open];
    return [
      { action: "approve", label: "Approve", style: "primary", ...ids },
      refuse,
      { action: "edit", label: "Edit…", style: "plain", ...ids },
      open,
    ];
  }
  const choices = question.choices.map(
    (choice): Button => ({
      action: "choose",
      label: choice.label,
      style: "plain",
      value: choice.value,
      ...ids,
    }),
  );
  if (question.link)
    return [{ action: "link", label: "Show the link", style: "plain", ...ids }, ...choices, open];
  const label = question.form ? "Fill in…" : "Reply…";
  const reply: Button = { action: "reply", label, style: "plain", ...ids };
  return question.freeText ? [...choices, reply, open] : [...choices, open];
}
