/** The demo's first words stand on the screen that goes on below them, however wide it is. */
import { expect, onTestFinished, test } from "vitest";
import { TerminalScreen } from "../../../adapters/terminal/screen.ts";
import { greet } from "../../../src/cli/incident/greeting.ts";
import { testTerminal } from "../../support/terminal.ts";

const facts = { recordedOn: "2026-11-01", modelName: "demo", consoleAt: "http://127.0.0.1:3000/#code=c" };

test.each([
  [80, 24],
  [120, 40],
])("at %i columns it leaves no prompt above itself, and breaks between words", (columns, rows) => {
  const { input, output, rows: shown } = testTerminal(columns, rows);
  const screen = new TerminalScreen({ input, output, onText: () => {}, onEnd: () => {} });
  onTestFinished(() => screen.close());
  greet(screen, facts);
  const [first = "", ...more] = shown();
  expect(first).toMatch(/^ {2}Prometheus with Alertmanager is not installed: its answers are/);
  expect(more.at(-1)).toBe("›");
  const said = [first, ...more.slice(0, -1)].filter((row) => row !== "");
  expect(said.every((row) => row.startsWith("  ") && row.length < columns)).toBe(true);
  expect(said.map((row) => row.trim()).join(" ")).toContain(
    "the shop and its restart are real. The model is",
  );
  screen.close();
  expect(shown()).toEqual([first, ...more.slice(0, -2)]);
});
