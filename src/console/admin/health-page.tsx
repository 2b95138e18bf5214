/** How the bot is: channels, model, posts that the chat does not show yet. */
import type { Health } from "../../http/wire-server.ts";
import { getHealth } from "../api/calls.ts";
import { Mark } from "../parts/mark.tsx";
import { Empty } from "../parts/notice.tsx";
import { Age } from "../parts/time.tsx";
import { channelName, count } from "../parts/words.ts";
import { Loaded } from "./loaded.tsx";

const statusWords = {
  ok: "works",
  degraded: "works, with trouble below",
  draining: "is being stopped: no new runs",
} as const;

export function HealthPage() {
  return (
    <Loaded name="health" load={getHealth}>
      {(health) => (
        <>
          <p className={`status tone-${health.status === "ok" ? "done" : "waiting"}`}>
            <Mark shape={health.status === "ok" ? "done" : "waiting"} /> {statusWords[health.status]}
          </p>
          <dl className="fact-list">
            {health.version && <Fact name="version" value={health.version} />}
            {health.model && <Fact name="model" value={health.model} />}
            {health.auth && (
              <Fact name="login" value={health.auth === "none" ? "off: whoever reaches it is in" : "on"} />
            )}
            {health.started_at && (
              <div>
                <dt>started</dt>
                <dd>
                  <Age at={health.started_at} ago />
                </dd>
              </div>
            )}
          </dl>
          <h2>Channels</h2>
          <Channels channels={health.channels ?? []} />
          {health.outbox && <Outbox outbox={health.outbox} />}
        </>
      )}
    </Loaded>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Channels({ channels }: { channels: NonNullable<Health["channels"]> }) {
  if (channels.length === 0) {
    return (
      <Empty title="No chat is connected yet.">
        <p>
          Set the tokens of a Slack or Discord app and restart: docs/slack.md and docs/discord.md say how,
          step by step.
        </p>
      </Empty>
    );
  }
  return (
    <ul className="channels">
      {channels.map((channel) => (
        <li key={channel.name} className={channel.ok ? "tone-done" : "tone-failed"}>
          <Mark shape={channel.ok ? "done" : "failed"} /> <b>{channelName(channel.name)}</b>{" "}
          <span className="muted">{channel.detail}</span>
        </li>
      ))}
    </ul>
  );
}

function Outbox({ outbox }: { outbox: NonNullable<Health["outbox"]> }) {
  return (
    <>
      <h2>Messages on their way</h2>
      <dl className="fact-list">
        <Fact name="not delivered yet" value={count(outbox.undelivered)} />
        {outbox.oldest_at !== null && (
          <div>
            <dt>oldest</dt>
            <dd>
              <Age at={outbox.oldest_at} ago />
            </dd>
          </div>
        )}
        <Fact name="given up" value={count(outbox.given_up)} />
      </dl>
    </>
  );
}
