/** The world around the bots, on one port: the model that they ask, and the service that their tools act on. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { Dice } from "./dice.ts";
import { itemIn, type Ledger, onceTools } from "./ledger.ts";
import { answerOf, type ChatRequest, faultOf } from "./model.ts";

/** What a tool of a bot sends when it acts. */
interface Act {
  item: string;
  tool: string;
  key?: string;
  epoch?: number;
  bot?: string;
}

export class Outside {
  readonly url: string;
  /** By bot: told of each effect of its that must happen once; the bot is answered when this resolves. */
  readonly beforeAnswer = new Map<string, () => Promise<void>>();
  readonly #ledger: Ledger;
  readonly #dice: Dice;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      this.#ledger.broken.push(`the world outside broke: ${error}`);
      response.destroy();
    });
  });

  private constructor(ledger: Ledger, dice: Dice) {
    this.#ledger = ledger;
    this.#dice = dice;
    this.#server.listen(0, "127.0.0.1");
    this.url = "";
  }

  static async start(ledger: Ledger, dice: Dice): Promise<Outside> {
    const outside = new Outside(ledger, dice);
    await once(outside.#server, "listening");
    const { port } = outside.#server.address() as AddressInfo;
    return Object.assign(outside, { url: `http://127.0.0.1:${port}` });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(pieces).toString());
    // As far away as a service of one's own: a kill may fall before, in and after each call.
    await wait(this.#dice.number() * 20);
    if (request.url === "/effects") await this.#act(body as Act, response);
    else this.#think(body as ChatRequest, botOf(request), response);
  }

  async #act({ item, tool, key, epoch, bot }: Act, response: ServerResponse): Promise<void> {
    if (key !== undefined && epoch !== undefined && !this.#ledger.mayAct(key, epoch)) {
      this.#ledger.fenced.push(`${bot} ${item}`);
      response.writeHead(409).end();
      return;
    }
    this.#ledger.effects.push({ item, tool, key: key ?? null, bot: bot ?? null, at: Date.now() });
    if (bot !== undefined) this.#ledger.sightings.push({ item, bot, at: Date.now() });
    if (onceTools.some((name) => name === tool)) await this.beforeAnswer.get(bot ?? "")?.();
    await wait(this.#dice.number() * 20);
    response.writeHead(200).end();
  }

  #think(request: ChatRequest, bot: string, response: ServerResponse): void {
    this.#ledger.counts.modelRequests++;
    const fault = faultOf(request);
    const item = this.#ledger.items.get(itemIn(JSON.stringify(request.messages)) ?? "");
    if (fault !== null) this.#ledger.broken.push(`the model was asked wrongly for ${item?.id}: ${fault}`);
    if (fault !== null || item === undefined) {
      response.writeHead(400).end(JSON.stringify({ error: { message: fault ?? "no such item" } }));
      return;
    }
    this.#ledger.sightings.push({ item: item.id, bot, at: Date.now() });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(answerOf(request, item)));
  }
}

/** Each bot has its name as the key for the model. */
function botOf({ headers }: IncomingMessage): string {
  return headers.authorization?.replace("Bearer ", "") ?? "";
}
