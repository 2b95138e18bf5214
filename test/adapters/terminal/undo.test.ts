/** `/undo` at the terminal: the way back that was offered last, and words where there is none. */
import { expect, test } from "vitest";
import { terminalChannel } from "../../../adapters/terminal/channel.ts";
import type { Message } from "../../../src/core/message.ts";
import type { Inlet } from "../../../src/core/ports/channel.ts";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { chapters } from "../../stories/chapters.ts";
import { clockOf } from "../../support/clock.ts";

async function started() {
  const said: string[] = [];
  const accepted: Inbound[] = [];
  const channel = terminalChannel({
    surface: {
      put: () => {},
      tell: (lines) => void said.push(...lines.flatMap(({ spans }) => spans.map(({ text }) => text))),
      expect: () => {},
      close: () => {},
    },
    personName: "dana",
    clock: clockOf(() => 0),
    onQuit: () => {},
  });
  // Only what the channel asks of it is there.
  const inlet = {
    accept: async (inbound: Inbound) => void accepted.push(inbound),
    store: { runs: async () => [] },
  } as unknown as Inlet;
  await channel.start(inlet);
  const show = (id: string, body: Message | undefined) =>
    channel.post({ id, body } as Parameters<typeof channel.post>[0]);
  return { channel, said, accepted, show };
}

test("takes the way back once it stands there, and no more once it is taken", async () => {
  const { channel, said, accepted, show } = await started();
  await channel.hear("/undo");
  expect(said).toEqual(["Nothing here can be undone."]);
  await show("q1", chapters["what can be undone"]?.message);
  await channel.hear("/undo");
  expect(accepted.map(({ intent }) => intent)).toEqual([{ type: "undo", questionId: "q1" }]);
  await show("q1", chapters["undo asked"]?.message);
  await channel.hear("/undo");
  expect(accepted).toHaveLength(1);
});
