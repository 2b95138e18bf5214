/** Editing a call at the terminal: the line to edit holds nothing that the terminal would obey or hide. */

import { expect, test } from "vitest";
import { terminalChannel } from "../../../adapters/terminal/channel.ts";
import type { Inlet } from "../../../src/core/ports/channel.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { clockOf } from "../../support/clock.ts";

const input = { service: "pay\u009b1A\u009d\u202e\u2028ments\u200b" };

test("what can't be seen is escaped in the arguments, and approved as it was", async () => {
  const prefills: string[] = [];
  const accepted: Inbound[] = [];
  const channel = terminalChannel({
    surface: {
      put: () => {},
      tell: () => {},
      expect: (_prompt, prefill) => void (prefill && prefills.push(prefill)),
      close: () => {},
    },
    personName: "dana",
    clock: clockOf(() => 0),
    onQuit: () => {},
  });
  // Only what the channel asks of it is there.
  const inlet = {
    accept: async (inbound: Inbound) => void accepted.push(inbound),
    store: { runs: async () => [], question: async () => ({ question: { call: { input } } }) },
  } as unknown as Inlet;
  await channel.start(inlet);
  await channel.post({ id: "p", body: messageNamed("approval") } as Parameters<typeof channel.post>[0]);
  await channel.hear("e");
  expect(prefills).toEqual(['{"service":"pay\\u009b1A\\u009d\\u202e\\u2028ments\\u200b"}']);
  await channel.hear(prefills[0] ?? "");
  expect(accepted[0]?.intent).toMatchObject({ type: "approve", input });
});
