/** One story, as every channel tells it, side by side in story.md: a block that one of them forgets is seen there. */
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { render as renderDiscord } from "../../adapters/discord/draw/render.ts";
import { renderMail } from "../../adapters/email/render.ts";
import { render as renderSlack } from "../../adapters/slack/draw/render.ts";
import { plainText } from "../../adapters/terminal/line.ts";
import { render as renderTerminal } from "../../adapters/terminal/render.ts";
import type { Message } from "../../src/core/message.ts";
import { messageNamed } from "../fixtures/messages.ts";
import { chapters } from "./chapters.ts";
import { incidentChapters } from "./incident.ts";
import { peopleChapters } from "./people.ts";

const story = [
  "progress",
  "question",
  "approval",
  "settled approval",
  "doubt",
  "failure",
  "done",
  "long answer",
] as const;

const publicUrl = "https://belay.example";

const tellers: Record<string, (message: Message, name: string) => unknown> = {
  terminal: (message) =>
    renderTerminal(message, { now: 1_764_000_200_000, timeZone: "UTC" }).map(plainText).join("\n"),
  mail: (message, name) =>
    // What hangs on more than words is not answered by mail.
    renderMail(message, { runUrl: (runId) => `${publicUrl}/runs/${runId}`, reply: name !== "doubt" }).text,
  slack: (message) =>
    renderSlack(message, { team: "T1", publicUrl, trustedLinkHosts: [], names: new Map() }).parts,
  discord: (message) =>
    renderDiscord(message, { publicUrl, trustedLinkHosts: [], mark: (sheet) => sheet }).map(
      ({ container, pings, file }) => ({ ...container, pings, file }),
    ),
  console: (message) => message,
};

/** Long texts are cut here, and only here: what they say after the beginning is the same again. */
function shown(told: unknown): string {
  const text = typeof told === "string" ? told : stringify(told, cutLong, { lineWidth: 110 });
  return text.length > 6_000 ? `${text.slice(0, 1_500)}\n… and ${text.length - 1_500} characters more` : text;
}

function cutLong(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.length > 600
    ? `${value.slice(0, 600)}… and ${value.length - 600} characters more`
    : value;
}

test("the story reads the same everywhere", async () => {
  const messages = [
    ...story.map((name) => ({ name, message: messageNamed(name) })),
    ...Object.entries({ ...chapters, ...peopleChapters, ...incidentChapters }).map(([name, { message }]) => ({
      name,
      message,
    })),
  ];
  const told = messages.map(({ name, message }) => {
    const tales = Object.entries(tellers).map(
      ([channel, tell]) => `### ${channel}\n\n~~~~\n${shown(tell(message, name)).trimEnd()}\n~~~~`,
    );
    return [`## ${name}`, ...tales].join("\n\n");
  });
  await expect(`${["# The story", ...told].join("\n\n")}\n`).toMatchFileSnapshot("story.md");
});

const wordsOf: Record<(typeof story)[number], string[]> = {
  progress: ["restart payments in staging", "dana", "14", "restart_service", "error_rate", "page", "oncall"],
  question: ["Question", "Which version", "v1.2.3", "v1.2.4"],
  approval: ["Approval", "payments", "staging", "drain", "once, exactly as shown"],
  "settled approval": ["Approved by", "oncall", "restart_service"],
  doubt: ["14:02", "payments", "It ran", "It did not: run it", "Stop"],
  failure: ["Failed", "refused the key"],
  done: ["0.02", "4 steps"],
  "long answer": ["Part 1", "kubectl rollout status"],
};

const all = [
  ...story.map((name) => ({ name, message: messageNamed(name), words: wordsOf[name] })),
  ...Object.entries({ ...chapters, ...peopleChapters, ...incidentChapters }).map(([name, chapter]) => ({
    name,
    ...chapter,
  })),
];

test.each(all)("no channel leaves out what $name has to say", ({ name, message, words }) => {
  for (const [channel, tell] of Object.entries(tellers)) {
    const told = tell(message, name);
    const text = typeof told === "string" ? told : JSON.stringify(told);
    for (const word of words) expect(text.replaceAll("\\\\", ""), channel).toContain(word);
  }
});
