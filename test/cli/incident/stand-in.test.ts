/** The stand-in for Prometheus and Alertmanager: it says what the shop says, and nothing of what it can't know. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startStandIn } from "../../../src/cli/incident/stand-in.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A shop whose answer is set; null: it hangs up. */
async function shopThatSays(first: string | null) {
  const shop = { says: first };
  const server = createServer((request, response) => {
    if (shop.says === null) request.destroy();
    else response.end(shop.says);
  });
  return { shop, url: await listen(server) };
}

/** Refuses the first delivery; what it took, in order. */
async function webhookThatFailsOnce() {
  const took: string[] = [];
  let both = Promise.withResolvers<void>();
  let asked = 0;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    asked += 1;
    response.statusCode = asked === 1 ? 503 : 200;
    if (asked > 1) took.push(JSON.parse(body).status);
    response.end();
    both.resolve();
    both = Promise.withResolvers();
  });
  const url = await listen(server);
  return { took, url, next: () => both.promise };
}

const failingBy = async (url: string) =>
  ((await (await fetch(`${url}/api/v1/query`)).json()) as { data: { result: { value: [number, string] }[] } })
    .data.result[0]?.value[1];

test("a shop that does not answer has no value: it is neither failing nor well", async () => {
  const { shop, url } = await shopThatSays(null);
  const standIn = await startStandIn(url, { url: "http://127.0.0.1:1/", token: "t" });
  ends.push(standIn.stop);
  expect(await failingBy(standIn.url)).toBeUndefined();
  shop.says = "shop_failing 0\n";
  expect(await failingBy(standIn.url)).toBe("0");
  shop.says = "shop_failing 1\n";
  expect(await failingBy(standIn.url)).toBe("1");
});

test("an alert that the webhook did not take is told again, and its end once", async () => {
  const { shop, url } = await shopThatSays("shop_failing 1\n");
  const webhook = await webhookThatFailsOnce();
  const standIn = await startStandIn(url, { url: webhook.url, token: "t" });
  ends.push(standIn.stop);
  while (webhook.took.length < 1) await webhook.next();
  shop.says = "shop_failing 0\n";
  while (webhook.took.length < 2) await webhook.next();
  expect(webhook.took).toEqual(["firing", "resolved"]);
});
