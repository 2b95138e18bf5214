/** What a start says of what is on and what is off: channels and tools. */
import { channels, channelTitles } from "../config/channels.ts";
import type { ToolsOff } from "../config/checks.ts";
import type { Channel } from "../core/ports/channel.ts";

/** Those that their variables switch on. */
const switchable = channels.filter(({ guide }) => guide !== null);

/** What is on with its state, and what is off. */
export function channelLines(on: readonly Pick<Channel, "name" | "health">[]): string[] {
  const lines = on.map((channel) => {
    const { ok, detail } = channel.health();
    return `  ${channelTitles[channel.name] ?? channel.name}: ${ok ? "" : "TROUBLE: "}${detail}`;
  });
  const off = switchable.filter(({ name }) => on.every((channel) => channel.name !== name));
  return off.length === 0
    ? lines
    : [...lines, `  Off: ${off.map(({ title, guide }) => `${title} (${guide})`).join(", ")}`];
}

/** A line for each thing that would switch tools on; `npm run doctor` names all of them. */
export function offLines(toolsOff: readonly ToolsOff[]): string[] {
  return toolsOff.map(({ names: [first, ...more], reason }) => {
    const which = more.length === 0 ? `1 tool, ${first}` : `${more.length + 1} tools`;
    return `  Off: ${which} (${reason})`;
  });
}
