/** What starts runs by itself: webhooks and schedules, with what each did last and does next. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { statusWordsOf } from "../../core/text/status.ts";
import type { LastRun, ScheduleInfo, WebhookInfo } from "../../http/wire/sources.ts";
import { getHealth, getSchedules, getWebhooks, launch, newKey } from "../api/calls.ts";
import { base } from "../api/client.ts";
import { ConfirmButton, CopyButton } from "../parts/button.tsx";
import { StatusMark } from "../parts/mark.tsx";
import { Empty, ErrorNote } from "../parts/notice.tsx";
import { Moment } from "../parts/time.tsx";
import { useGo, Way } from "../parts/way.tsx";
import { Loaded } from "./loaded.tsx";
import { Table } from "./table.tsx";

export function SourcesPage() {
  return (
    <>
      <h2>Webhooks</h2>
      <Loaded name="webhooks" load={getWebhooks}>
        {({ webhooks }) => <Webhooks webhooks={webhooks} />}
      </Loaded>
      <h2>Schedules</h2>
      <Loaded name="schedules" load={getSchedules}>
        {({ schedules }) => <Schedules schedules={schedules} />}
      </Loaded>
    </>
  );
}

function Webhooks({ webhooks }: { webhooks: readonly WebhookInfo[] }) {
  if (webhooks.length === 0) return <Empty title="No webhooks. Add one under webhooks in belay.config.ts." />;
  return (
    <>
      <WebhookTable webhooks={webhooks} />
      <Loaded name="health" load={getHealth}>
        {({ channels = [] }) =>
          // What the webhooks' own line of health says: how many are on, and paths that no delivery had anything at.
          channels
            .filter(({ name }) => name === "webhook")
            .map(({ name, detail }) => <p key={name}>{detail}</p>)
        }
      </Loaded>
    </>
  );
}

function WebhookTable({ webhooks }: { webhooks: readonly WebhookInfo[] }) {
  return (
    <Table
      head={["Name", "Agent", "Address", "Last run"]}
      rows={webhooks.map((hook) => {
        const url = hook.url ?? `${location.origin}${base}${hook.path}`;
        return [
          hook.name,
          hook.agent,
          <span key="url" className="with-button">
            <code>{url}</code>
            <CopyButton text={url} />
          </span>,
          <Last key="last" run={hook.last_run} never="nothing came yet" />,
        ];
      })}
    />
  );
}

function Schedules({ schedules }: { schedules: readonly ScheduleInfo[] }) {
  if (schedules.length === 0) {
    return <Empty title="No schedules. Add one under schedules in belay.config.ts." />;
  }
  return (
    <Table
      head={["Name", "Agent", "When", "Next", "Last run", "Task", ""]}
      rows={schedules.map((schedule) => [
        schedule.name,
        schedule.agent,
        <span key="cron">
          <code>{schedule.cron}</code> <span className="muted">{schedule.timezone}</span>
        </span>,
        schedule.next_at === null ? "never" : <Moment key="next" at={schedule.next_at} />,
        <Last key="last" run={schedule.last_run} never="not yet" />,
        schedule.task,
        <RunNow key="now" schedule={schedule} />,
      ])}
    />
  );
}

function Last({ run, never }: { run: LastRun; never: string }) {
  if (run === null) return <span className="muted">{never}</span>;
  return (
    <>
      <Way href={`/runs/${run.id}`}>
        <Moment at={run.at} />
      </Way>{" "}
      <StatusMark status={run.status} words={statusWordsOf(run.status, run.for_approval)} />
    </>
  );
}

/** The schedule's task, started by whoever presses: their rights count, and it speaks in the console. */
function RunNow({ schedule }: { schedule: ScheduleInfo }) {
  const go = useGo();
  const [key] = useState(newKey);
  const starting = useMutation({
    mutationFn: () => launch(schedule.task, schedule.agent, key),
    onSuccess: (run) => go(`/runs/${run.id}`),
  });
  return (
    <>
      <ConfirmButton
        question="Start it as you?"
        pending={starting.isPending}
        onPress={() => starting.mutate()}
        hint="Starts its task once, by you; its own times stay as they are."
      >
        Run now
      </ConfirmButton>
      <ErrorNote error={starting.error} />
    </>
  );
}
