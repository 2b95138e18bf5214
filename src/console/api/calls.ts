/** The API's routes as functions, and the names under which their answers are kept. */

import type { WireEvent, WireModelRequest, WireOutcome } from "../../http/wire/events.ts";
import type { QuestionList } from "../../http/wire/questions.ts";
import type { ForgottenRuns, RunList, RunState } from "../../http/wire/runs.ts";
import type {
  AgentList,
  ApprovalList,
  Health,
  RefusalList,
  Session,
  SessionList,
  ToolList,
} from "../../http/wire/server.ts";
import type { ScheduleInfo, WebhookInfo } from "../../http/wire/sources.ts";
import type { ToolServerList, WireToolServer } from "../../http/wire/tool-servers.ts";
import { learnTitles } from "../parts/words.ts";
import { get, post, remove } from "./client.ts";

/** What the list of runs is narrowed to; empty strings narrow nothing. */
export interface RunsFilter {
  status: string;
  agent: string;
  channel: string;
  principal: string;
  text: string;
  tool: string;
  outcome: string;
}

export const noFilter: RunsFilter = {
  status: "",
  agent: "",
  channel: "",
  principal: "",
  text: "",
  tool: "",
  outcome: "",
};

export const keys = {
  session: ["session"],
  runs: ["runs"],
  runsBy: (filter: RunsFilter) => ["runs", filter],
  run: (id: string) => ["run", id],
  /** The newest version of a run that the stream of all runs has told of. */
  newest: (id: string) => ["newest", id],
  events: (id: string) => ["events", id],
  outcome: (id: string) => ["outcome", id],
  forgotten: (id: string) => ["forgotten", id],
  request: (id: string, version: number) => ["request", id, version],
  questions: ["questions"],
  agents: ["agents"],
  tools: ["tools"],
  toolServers: ["tool-servers"],
  health: ["health"],
} as const;

export const getSession = () => get<Session>("session").then(known);
export const login = (code: string) => post<Session>("session", { code }).then(known);
export const logout = () => remove<void>("session");
export const getSessions = () => get<SessionList>("sessions");
export const revokeSession = (id: string) => remove<void>(`sessions/${encodeURIComponent(id)}`);

export const getQuestions = (cursor: string | null) => get<QuestionList>(page("questions", 50, cursor));
export const getAgents = () => get<AgentList>("agents");
export const getTools = () => get<ToolList>("tools");
export const getToolServers = () => get<ToolServerList>("tool-servers");
export const acceptTools = (server: string, tools: readonly { name: string; sha256: string }[]) =>
  post<WireToolServer>(`tool-servers/${encodeURIComponent(server)}/accept`, { tools });
export const getWebhooks = () => get<{ webhooks: WebhookInfo[] }>("webhooks");
export const getSchedules = () => get<{ schedules: ScheduleInfo[] }>("schedules");
export const getApprovals = (cursor: string | null) => get<ApprovalList>(page("approvals", 100, cursor));
export const getRefusals = (cursor: string | null) => get<RefusalList>(page("refusals", 100, cursor));
export const getHealth = () => get<Health>("health");

function page(path: string, limit: number, cursor: string | null): string {
  return `${path}?limit=${limit}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
}

export function getRuns(filter: RunsFilter, cursor: string | null, signal?: AbortSignal): Promise<RunList> {
  const query = new URLSearchParams({ limit: "60" });
  for (const [name, value] of Object.entries(filter)) if (value !== "") query.set(name, value);
  if (cursor !== null) query.set("cursor", cursor);
  return get<RunList>(`agent/runs?${query}`, signal);
}

const run = encodeURIComponent;
export const getRun = (id: string) => get<RunState>(`agent/state/${run(id)}`);
export const getEvents = (id: string) => get<{ events: WireEvent[] }>(`agent/runs/${run(id)}/events?after=0`);
export const getOutcome = (id: string) => get<WireOutcome>(`agent/runs/${run(id)}/outcome`);
export const getRequest = (id: string, version: number) =>
  get<WireModelRequest>(`agent/runs/${run(id)}/requests/${version}`);

export const launch = (task: string, agent: string | null, key: string) =>
  post<RunState>("agent/launch", { input_prompt: task, ...(agent === null ? {} : { agent }) }, key);
export const again = (id: string, key: string) => post<RunState>("agent/again", { id }, key);
export const pause = (id: string) => post<RunState>("agent/pause", { id });
export const resume = (id: string) => post<RunState>("agent/resume", { id });
export const cancel = (id: string) => post<RunState>("agent/cancel", { id });
export const say = (id: string, text: string, key: string) => post<RunState>("agent/say", { id, text }, key);
export const answer = (id: string, question_id: string, text: string, key: string) =>
  post<RunState>("agent/provide_input", { id, question_id, answer: text }, key);
export const approve = (id: string, question_id: string, key: string, input?: unknown) =>
  post<RunState>("agent/approve", { id, question_id, ...(input === undefined ? {} : { input }) }, key);
export const refuse = (id: string, question_id: string, reason: string, key: string) =>
  post<RunState>("agent/refuse", { id, question_id, reason }, key);

export const undo = (id: string, question_id: string, key: string) =>
  post<RunState>("agent/undo", { id, question_id }, key);

export const forget = (id: string) => remove<ForgottenRuns>(`agent/runs/${run(id)}`);

/** A name for one attempt of a person; unlike randomUUID it also exists on plain http. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function known(session: Session): Session {
  learnTitles(session.channels);
  return session;
}
