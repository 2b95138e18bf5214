/** What starts runs by itself: webhooks and schedules. */
import { getHealth, getSchedules, getWebhooks } from "../api/calls.ts";
import { Empty } from "../parts/notice.tsx";
import { exactTime } from "../parts/words.ts";
import { Loaded } from "./loaded.tsx";
import { Table } from "./table.tsx";

export function SourcesPage() {
  return (
    <>
      <h2>Webhooks</h2>
      <Loaded name="webhooks" load={getWebhooks}>
        {({ webhooks }) =>
          webhooks.length === 0 ? (
            <Empty title="No webhooks. Add one under webhooks in belay.config.ts." />
          ) : (
            <Table
              head={["Name", "Agent", "Path"]}
              rows={webhooks.map((hook) => [hook.name, hook.agent, <code key="path">{hook.path}</code>])}
            />
          )
        }
      </Loaded>
      <Loaded name="health" load={getHealth}>
        {({ channels = [] }) =>
          // What the webhooks' own line of health says: how many are on, and paths that no delivery had anything at.
          channels
            .filter(({ name }) => name === "webhook")
            .map(({ name, detail }) => <p key={name}>{detail}</p>)
        }
      </Loaded>
      <h2>Schedules</h2>
      <Loaded name="schedules" load={getSchedules}>
        {({ schedules }) =>
          schedules.length === 0 ? (
            <Empty title="No schedules. Add one under schedules in belay.config.ts." />
          ) : (
            <Table
              head={["Name", "Agent", "When", "Next", "Task"]}
              rows={schedules.map((schedule) => [
                schedule.name,
                schedule.agent,
                <code key="cron">{schedule.cron}</code>,
                schedule.next_at === null ? "never" : exactTime(schedule.next_at),
                schedule.task,
              ])}
            />
          )
        }
      </Loaded>
    </>
  );
}
