/** What `npm run demo:incident` says before anything happens. */
import { type Line, span } from "../../../adapters/terminal/line.ts";
import type { Surface } from "../../../adapters/terminal/surface.ts";

/** `recordedOn`: the day of the answers that stand for Prometheus; null: it is there. `consoleAt`: the link with a code. */
export function greet(
  surface: Pick<Surface, "tell">,
  { recordedOn, modelName, consoleAt }: { recordedOn: string | null; modelName: string; consoleAt: string },
): void {
  const lines = [
    recordedOn === null
      ? "A shop is watched by the Prometheus and the Alertmanager of this machine."
      : `Prometheus with Alertmanager is not installed: its answers are recorded ones of ${recordedOn}, the shop and its restart are real.`,
    modelName === "demo"
      ? "The model is the demo model: its choices are written down, everything else happens."
      : `The model is ${modelName}.`,
    `The same in the console: ${consoleAt}`,
    "Checkouts begin to fail now. The alert comes within seconds; Ctrl-C ends the demo.",
  ];
  surface.tell(lines.map((text): Line => ({ spans: [span(text)], indent: 2, passing: false })));
}
