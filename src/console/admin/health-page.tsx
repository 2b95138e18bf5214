/** How the bot is: its channels, what its worker has to do, the messages on their way, the database. */
import { count } from "../../core/text/count.ts";
import { durationInWords } from "../../core/text/duration.ts";
import type { Health } from "../../http/wire/server.ts";
import { getHealth } from "../api/calls.ts";
import { Mark } from "../parts/mark.tsx";
import { clock } from "../parts/moment.ts";
import { Empty } from "../parts/notice.tsx";
import { Age } from "../parts/time.tsx";
import { Way } from "../parts/way.tsx";
import { channelName } from "../parts/words.ts";
import { LeftBehind, Troubles, Unreadable, Warnings } from "./health-troubles.tsx";
import { Loaded } from "./loaded.tsx";
import { Named, StateList } from "./state-list.tsx";

const statusWords = {
  ok: "works",
  degraded: "works, with trouble below",
  draining: "is being stopped: no new runs",
  down: "the database does not answer: nothing can be recorded",
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
            {health.started_at && <AgeFact name="started" at={health.started_at} />}
            {health.database && <Fact name="database" value={databaseWords(health.database)} />}
          </dl>
          <Troubles troubles={health.model_troubles ?? []} />
          <Warnings warnings={health.warnings ?? []} />
          <LeftBehind runs={health.left_behind ?? []} />
          <Unreadable records={health.unreadable ?? []} />
          <h2>Channels</h2>
          <Channels channels={health.channels ?? []} off={health.channels_off ?? []} />
          <ToolServers servers={health.tool_servers ?? []} />
          {health.queue && <Queue queue={health.queue} />}
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

function AgeFact({ name, at }: { name: string; at: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Age at={at} ago />
      </dd>
    </div>
  );
}

function databaseWords({
  kind,
  answers,
  ms,
  full_since,
  refused_since,
}: NonNullable<Health["database"]>): string {
  const time = ms < 1000 ? "at once" : `in ${durationInWords(ms)}`;
  // A process of a former release beside this one does not say it.
  const full = full_since ? `, and is full since ${clock(full_since)}: nothing is recorded, free space` : "";
  const refused = refused_since
    ? `, and can’t be written since ${clock(refused_since)}: nothing is recorded, the log says why`
    : "";
  const words = (answers ? `answers ${time}` : "does not answer") + full + refused;
  return kind === null ? words : `${kind}, ${words}`;
}

interface ChannelsProps {
  channels: NonNullable<Health["channels"]>;
  off: NonNullable<Health["channels_off"]>;
}

function Channels({ channels, off }: ChannelsProps) {
  if (channels.length === 0) {
    const guides = off.map(({ title, guide }) => `${title} (${guide})`).join(", ");
    return (
      <Empty title="No chat is connected yet.">
        {guides && <p>Set a channel’s tokens and restart. Step by step: {guides}.</p>}
      </Empty>
    );
  }
  const states = channels.map(({ name, ok, detail }) => ({
    key: name,
    tone: toneOf(ok),
    words: <Named name={channelName(name)}>{detail}</Named>,
  }));
  return <StateList states={states} />;
}

function ToolServers({ servers }: { servers: NonNullable<Health["tool_servers"]> }) {
  const states = servers.map(({ name, ok, detail }) => ({
    key: name,
    tone: toneOf(ok),
    words: <Named name={<Way href="/bot/tool-servers">{name}</Way>}>{detail}</Named>,
  }));
  return <StateList title="Servers of tools" states={states} />;
}

function toneOf(ok: boolean): "done" | "failed" {
  return ok ? "done" : "failed";
}

function Queue({ queue }: { queue: NonNullable<Health["queue"]> }) {
  const { running, sleeping, due, next_at } = queue;
  const later = next_at === null ? "when somebody speaks" : clock(next_at);
  return (
    <>
      <h2>Work</h2>
      <dl className="fact-list">
        <Fact name="runs on the move" value={count(running)} />
        <Fact name="asleep" value={count(sleeping)} />
        <Fact name="next one is due" value={due ? "now" : later} />
      </dl>
    </>
  );
}

function Outbox({ outbox }: { outbox: NonNullable<Health["outbox"]> }) {
  return (
    <>
      <h2>Messages on their way</h2>
      <dl className="fact-list">
        <Fact name="not delivered yet" value={count(outbox.undelivered)} />
        {outbox.oldest_at !== null && <AgeFact name="oldest" at={outbox.oldest_at} />}
        <Fact name="given up in a day" value={count(outbox.given_up)} />
      </dl>
    </>
  );
}
