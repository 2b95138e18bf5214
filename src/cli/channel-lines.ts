/** What a start says of the channels. */
import { channels, channelTitles } from "../config/channels.ts";
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
