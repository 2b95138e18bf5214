/** A bot that listens and offers the tool `deploy` to clients of the Model Context Protocol, and calls of its tools. */
import type { Client } from "@modelcontextprotocol/client";
import { onTestFinished } from "vitest";
import type { HttpConfig } from "../../../src/http/guard/context.ts";
import { ask, calling, finalAnswer, scripted } from "../model/scripted.ts";
import { type ListeningBot, listeningBot } from "./bot.ts";
import type { Told } from "./mcp.ts";

/** Its model asks a question, and goes on. */
export const asks = () =>
  scripted(
    calling(ask("Which version?", ["v1", "v2"])),
    finalAnswer("Deployed v2."),
    calling(ask("And now?")),
  );

/** As the tool's model would read it. */
export const deployed = 'deployed v1\nIt can be undone by deploy with {"version":"v0"}.';

/** Stopped when the test is over. */
export async function offeringBot(
  options: Partial<Parameters<typeof listeningBot>[0]> = {},
): Promise<ListeningBot> {
  const bot = await listeningBot({
    model: asks(),
    ...options,
    config: { mcp: offering(), ...options.config },
  });
  onTestFinished(() => bot.stop());
  return bot;
}

export const offering = (speaksAt: string | null = null): HttpConfig["mcp"] => ({
  tools: ["deploy"],
  agent: "default",
  speaksAt,
});

export async function call(
  client: Client,
  name: string,
  args: object,
  onprogress?: (words: string) => void,
): Promise<Told> {
  const options = onprogress ? { onprogress: ({ message = "" }) => onprogress(message) } : {};
  return (await client.callTool({ name, arguments: { ...args } }, options)) as Told;
}
