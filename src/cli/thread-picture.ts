/** A page with a Slack thread on it: blocks as the adapter draws them, in boxes that look like messages. */
import type { SlackBlock } from "../../adapters/slack/draw/blocks.ts";
import { render } from "../../adapters/slack/draw/render.ts";
import type { Message } from "../core/message.ts";

type Element = Extract<SlackBlock, { type: "rich_text" }>["elements"][number];

const style = `
body { margin: 0; font: 15px/1.46 Lato, "Helvetica Neue", Arial, "Liberation Sans", sans-serif; color: #1d1c1d; background: #fff }
main { width: 640px; padding: 20px 24px }
article { display: grid; grid-template-columns: 36px 1fr; gap: 0 12px; margin-bottom: 18px }
article:last-child { margin-bottom: 4px }
.face { width: 36px; height: 36px; border-radius: 6px; color: #fff; background: #4a154b; display: grid; place-items: center; font-weight: 700 }
.person .face { background: #2e7d6b }
header b { font-weight: 800 } header span, .context { color: #616061; font-size: 12px }
header i { font: 700 10px/1 sans-serif; color: #616061; background: #e8e8e8; border-radius: 2px; padding: 2px 3px; margin: 0 4px }
.block { margin-top: 4px; white-space: pre-wrap }
code { font: 12px "Liberation Mono", monospace; color: #c01343; background: #f6f6f6; border: 1px solid #dcdcdc; border-radius: 3px; padding: 2px 3px 1px }
pre { font: 12px "Liberation Mono", monospace; background: #f6f6f6; border: 1px solid #dcdcdc; border-radius: 4px; padding: 8px; margin: 4px 0 }
.mention { color: #0b66c3; background: #e7f1fa; border-radius: 3px; padding: 0 2px }
.button { display: inline-block; font-weight: 700; font-size: 13px; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; margin: 6px 8px 0 0 }
.primary { color: #fff; background: #007a5a; border-color: #007a5a } .danger { color: #fff; background: #e01e5a; border-color: #e01e5a }
`;

const scene = {
  team: "T1",
  publicUrl: "https://belay.example",
  trustedLinkHosts: [],
  names: new Map([["slack:T1/group:oncall", "oncall"]]),
};

/** What a person said, then what the bot made of it. */
export function threadPage(said: { name: string; text: string }, messages: readonly Message[]): string {
  const parts = messages.flatMap((message) => render(message, scene).parts);
  const person = article("person", said.name, asText(said.text));
  const bot = parts.map(({ blocks }) => article("bot", "Belay", blocks.map(drawn).join("")));
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><main>${person}${bot.join("")}</main>`;
}

function article(kind: "person" | "bot", name: string, body: string): string {
  const face = `<div class="face">${asText(name.charAt(0).toUpperCase())}</div>`;
  const app = kind === "bot" ? "<i>APP</i>" : "";
  return `<article class="${kind}">${face}<div><header><b>${asText(name)}</b> ${app}</header>${body}</div></article>`;
}

function drawn(block: SlackBlock): string {
  switch (block.type) {
    case "rich_text":
      return `<div class="block">${block.elements.map(drawnElement).join("")}</div>`;
    case "context":
      return `<div class="block context">${block.elements.map((one) => ("text" in one ? mrkdwn(one.text) : "")).join(" ")}</div>`;
    case "section":
      return `<div class="block">${mrkdwn(block.text?.text ?? "")}</div>`;
    case "markdown":
      return `<div class="block">${mrkdwn(block.text.replaceAll("**", "*"))}</div>`;
    case "actions":
      return `<div>${block.elements.map(drawnButton).join("")}</div>`;
    default:
      throw new Error(`the picture has no way to draw a ${block.type}`);
  }
}

function drawnButton(element: Extract<SlackBlock, { type: "actions" }>["elements"][number]): string {
  if (element.type !== "button") throw new Error(`the picture has no way to draw a ${element.type}`);
  return `<span class="button ${element.style ?? ""}">${asText(element.text.text)}</span>`;
}

function drawnElement(element: Element): string {
  const inner = "elements" in element ? element.elements : [];
  const words = inner.map((one) => {
    if (!("text" in one) || one.text === undefined) return "";
    const { bold = false, italic = false, code = false } = "style" in one ? (one.style ?? {}) : {};
    const marks = [bold ? "b" : [], italic ? "i" : [], code ? "code" : []].flat();
    return marks.reduce((text, mark) => `<${mark}>${text}</${mark}>`, asText(one.text));
  });
  return element.type === "rich_text_preformatted" ? `<pre>${words.join("")}</pre>` : words.join("");
}

/** Slack's own markup, as much of it as the bot writes. Its text is escaped already. */
function mrkdwn(text: string): string {
  return text
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<(?:@|!subteam\^)([^>]+)>/g, '<span class="mention">@$1</span>')
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*([^*\n]+)\*/g, "<b>$1</b>");
}

function asText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
