/** What is said on a question of a mail that came back, wherever the question stands. */

/** `reason`: half a sentence. */
export function cameBack({ to, reason }: { to: string; reason: string }): string {
  return `It came back from ${to}: ${reason}.`;
}
