/** What a person sees: every fixture within the screen, and no character of a run's text that the terminal would obey. */
import { describe, expect, test } from "vitest";
import { paint, plainText, rowsOf, wrap } from "../../../adapters/terminal/line.ts";
import { render } from "../../../adapters/terminal/render.ts";
import type { Message } from "../../../src/core/message.ts";
import { messageNamed, messages } from "../../fixtures/messages.ts";

const scene = { now: 1_764_000_200_000, timeZone: "UTC" };

function shown(name: string): string {
  return render(messageNamed(name), scene).map(plainText).join("\n");
}

describe.each([20, 80])("on %i columns", (columns) => {
  test.each(messages)("$name is whole and no row is too wide", ({ message }) => {
    const lines = render(message, scene);
    const rows = lines.flatMap((line) => wrap(line, columns)).map((row) => paint(row, false));
    expect(rows.filter((row) => rowsOf(row, columns + 1) > 1)).toEqual([]);
    const letters = (text: string) => text.replace(/\s/g, "");
    expect(letters(rows.join(""))).toBe(letters(lines.map(plainText).join("")));
  });
});

test("nothing of a run's text reaches the terminal as a control character", () => {
  for (const { message } of messages) {
    const text = render(message, scene).map(plainText).join("\n");
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  }
  expect(shown("hostile")).toContain("\\u{1b}[31mred");
  expect(shown("hostile")).toContain("\\u{202e}gpj.exe");
});

test("an approval is shown whole, with what to type", () => {
  expect(shown("approval")).toBe(
    [
      "Approval · restart_service — for S9 or whoever started the run",
      "  service      payments",
      "  environment  staging",
      "  options    ",
      "    {",
      '      "drain": true,',
      '      "grace": 30',
      "    }",
      "This can't be undone by me. It runs once, exactly as shown: restart_service",
      "y approves · n and a reason refuses · e changes the arguments",
    ]
      .join("\n")
      .replace("options    ", "options"),
  );
});

test("times of today are short, others carry their day", () => {
  expect(shown("settled approval")).toContain("Approved by oncall · 16:03:10");
  const later = render(messageNamed("settled approval"), { ...scene, now: scene.now + 86_400_000 });
  expect(later.map(plainText).join()).toContain("2025-11-24 16:03:10");
});

test("what will change in a moment is marked, and only that", () => {
  const passing = render(messageNamed("progress"), scene)
    .filter((line) => line.passing)
    .map(plainText);
  expect(passing.map((text) => text.slice(0, 9))).toEqual([
    "… 14 earl",
    "◌ restart",
    "◐ error_r",
    "waiting f",
    "/stop",
  ]);
  for (const name of ["question", "approval", "done", "settled approval", "long answer"]) {
    expect(
      render(messageNamed(name), scene).filter((line) => line.passing),
      name,
    ).toEqual([]);
  }
});

test("an end with many steps holds nothing that passes: it must be told also when the run has scrolled out", () => {
  const message: Message = {
    summary: "done",
    blocks: [
      { type: "steps", folded: 7, lines: [] },
      { type: "note", parts: ["done in 7 s"] },
    ],
  };
  expect(render(message, scene).filter((line) => line.passing)).toEqual([]);
});

test("wide letters count as two columns, and marks on letters as none", () => {
  const widths = { abc: 3, 日本: 4, é: 1, "🙂": 2, "e\u0301": 1, "a\tb": 9 };
  for (const [text, width] of Object.entries(widths))
    expect([rowsOf(text, width + 1), rowsOf(text, width)], text).toEqual([1, 2]);
});
