/** What is said in a channel with another id than before: what began under the former id stays there. */
import { describe, expect, test } from "vitest";
import { webClient } from "../../../adapters/slack/following.ts";
import { idsOf, inFormerPlace, movedTo, rememberMove } from "../../../adapters/slack/moved.ts";
import { SlackEdge } from "../../support/slack/edge.ts";
import { tokens } from "../../support/slack/emulator.ts";
import { recorded, recordedEvent } from "../../support/slack/payloads.ts";

/** C1 was C2 until 1764000200, and C2 was G1 until 1764000100. */
async function moves() {
  const notes = new Map<string, string>();
  const store = {
    note: async (name: string) => notes.get(name) ?? null,
    saveNote: async (name: string, value: string) => void notes.set(name, value),
  };
  await rememberMove(store, { from: "G1", to: "C2", since: 1_764_000_100_000 });
  await rememberMove(store, { from: "C2", to: "C1", since: 1_764_000_200_000 });
  return store;
}

const [oldest, older, newest] = ["1764000000.000100", "1764000150.000100", "1764000250.000100"];

describe("a thread that began before the channel moved", () => {
  test.each([
    ["a reply", recordedEvent("thread-reply", { thread_ts: oldest }), "G1"],
    ["a reply in a younger one", recordedEvent("thread-reply", { thread_ts: older }), "C2"],
    ["a reply in one since then", recordedEvent("thread-reply", { thread_ts: newest }), "C1"],
    ["a deletion", recordedEvent("message-deleted", { deleted_ts: older }), "C2"],
    ["an edit", recorded("message-changed"), "G1"],
    ["a message at the root", recordedEvent("app-mention", { ts: newest }), "C1"],
  ])("%s is said there", async (_, payload, channel) => {
    expect(await inFormerPlace(await moves(), payload)).toMatchObject({ event: { channel } });
  });

  test.each(["press-approve", "message-shortcut"])("%s is pressed there", async (name) => {
    expect(await inFormerPlace(await moves(), recorded(name))).toMatchObject({ channel: { id: "G1" } });
  });

  test("what names no thread is left as it is", async () => {
    const command = recorded("slash-command");
    expect(await inFormerPlace(await moves(), command)).toBe(command);
    expect(await idsOf(await moves(), "C1")).toEqual(["C1", "C2", "G1"]);
  });
});

test("a call is made under the newest id, and ids that lead to each other end in Slack's refusal", async () => {
  const edge = await SlackEdge.start();
  try {
    const options = {
      botToken: tokens.bot,
      apiUrl: `${edge.url}/api/`,
      log: { info() {}, warn() {}, error() {} },
    };
    const store = await moves();
    const asked = async (lookUp: (id: string) => Promise<string | null>) => {
      const client = webClient(options, lookUp);
      const said = { channel: "G1", text: "hello" };
      await expect(client.chat.postMessage(said)).rejects.toThrow("channel_not_found");
      return edge.callsOf("chat.postMessage").map(({ body }) => body.channel);
    };
    expect(await asked((id) => movedTo(store, id))).toEqual(["G1", "C2", "C1"]);
    edge.calls.splice(0);
    expect((await asked(async (id) => (id === "G1" ? "C2" : "G1"))).length).toBeLessThan(10);
  } finally {
    await edge.stop();
  }
});
