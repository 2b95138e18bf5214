/** The REST API of a bot without a port: the real routes before the real engine, for whoever reaches them. */
import { createHttp } from "../../src/http/app.ts";
import type { RunState } from "../../src/http/wire/runs.ts";
import { type Bot, clock } from "./bot.ts";
import { defaults } from "./http/server.ts";

export interface Api {
  get(path: string): Promise<Response>;
  post(action: string, body: object): Promise<Response>;
  state(id: string): Promise<RunState>;
  launch(task: string): Promise<RunState>;
}

export function apiOf(bot: Bot): Api {
  const quiet = () => {};
  const { app } = createHttp({
    engine: bot.engine,
    channels: [],
    clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    config: { ...defaults(), auth: { mode: "none" }, defaultAgent: "default" },
  });
  const request = async (path: string, init: RequestInit = {}) =>
    app.request(`http://localhost:3000${path}`, {
      ...init,
      headers: { host: "localhost:3000", "content-type": "application/json" },
    });
  const get = (path: string) => request(path);
  const post = (action: string, body: object) =>
    request(`/agent/${action}`, { method: "POST", body: JSON.stringify(body) });
  return {
    get,
    post,
    state: async (id) => (await (await get(`/agent/state/${id}`)).json()) as RunState,
    launch: async (task) => (await (await post("launch", { input_prompt: task })).json()) as RunState,
  };
}
