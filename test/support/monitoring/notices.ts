/** Between Alertmanager and the bot: passes on what the one tells, and knows what the other has taken. */

import { once } from "node:events";
import { createAdaptorServer } from "@hono/node-server";
import { z } from "zod";

const noticeSchema = z.object({ status: z.enum(["firing", "resolved"]) });

export class Notices {
  /** The status of every notice that the bot has taken, the oldest first. */
  readonly taken: ("firing" | "resolved")[] = [];
  readonly #server: ReturnType<typeof createAdaptorServer>;

  private constructor(bot: string) {
    this.#server = createAdaptorServer({ fetch: (request) => this.#passOn(request, bot) });
  }

  /** `bot`: the URL at which the bot takes alerts. */
  static async start(bot: string): Promise<Notices> {
    const notices = new Notices(bot);
    notices.#server.listen(0, "127.0.0.1");
    await once(notices.#server, "listening");
    return notices;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}/`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }

  /** 502 while the bot is away: Alertmanager tells it again. */
  async #passOn(request: Request, bot: string): Promise<Response> {
    const { method, headers } = request;
    const body = await request.text();
    const answer = await fetch(bot, { method, headers, body }).catch(
      () => new Response(null, { status: 502 }),
    );
    if (answer.ok) this.taken.push(noticeSchema.parse(JSON.parse(body)).status);
    return new Response(await answer.text(), { status: answer.status });
  }
}
