/** What is approved must be seen whole: where it is not, nobody approves it, in any channel. */
import type { Button } from "../message.ts";

/** Told wherever an approval can't be shown whole. */
export const tooLongToApprove =
  "This is too long to approve here. Open the console to read it whole and approve it there.";

/** The buttons that remain where something of the call or its preview is cut. */
export function withoutDeciding(buttons: readonly Button[]): Button[] {
  return buttons.filter(({ action }) => action !== "approve" && action !== "edit");
}
