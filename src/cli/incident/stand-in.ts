/**
 * Stands in for Prometheus and Alertmanager where a machine lacks them: it answers in their form what the shop itself
 * says, and tells of the alert as Alertmanager would.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { rule, type Webhook } from "./watch.ts";

export interface StandIn {
  url: string;
  stop(): Promise<void>;
}

/** `shop`: its address. Tells `webhook` once when the shop fails, and once when it is well again. */
export async function startStandIn(shop: string, webhook: Webhook): Promise<StandIn> {
  const ending = new AbortController();
  let failedAt: number | null = null;
  const isFailing = async () => /^shop_failing 1$/m.test(await (await fetch(`${shop}/metrics`)).text());
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const isNow = await isFailing().catch(() => false);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answerTo(pathname, { isNow, failedAt })));
  });
  const url = await listen(server);
  const watching = (async () => {
    for (let told = false; !ending.signal.aborted; ) {
      // While it is started again nobody knows.
      const isNow = await isFailing().catch(() => told);
      if (isNow && failedAt === null) failedAt = Date.now() / 1000;
      if (isNow !== told) await tell(webhook, isNow ? "firing" : "resolved", failedAt ?? 0).catch(() => {});
      told = isNow;
      await wait(500, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  return {
    url,
    async stop() {
      ending.abort();
      await watching;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { alert: alertname, labels: own, annotations } = rule;
const labels = { alertname, ...own, instance: "127.0.0.1:8080", job: "shop" };
const series = { __name__: "shop_failing", instance: "127.0.0.1:8080", job: "shop" };

function answerTo(path: string, { isNow, failedAt }: { isNow: boolean; failedAt: number | null }): unknown {
  const now = Math.floor(Date.now() / 1000);
  const activeAt = new Date((failedAt ?? now) * 1000).toISOString();
  const alerts = isNow ? [{ labels, annotations, state: "firing", activeAt, value: "1e+00" }] : [];
  const value = isNow ? "1" : "0";
  switch (path) {
    case "/api/v1/query":
      return success({ resultType: "vector", result: [{ metric: {}, value: [now, value] }] });
    case "/api/v1/query_range": {
      const points = Array.from({ length: 61 }, (_, n) => now - 60 + n);
      const valueAt = (at: number) => (isNow && failedAt !== null && at >= failedAt ? "1" : "0");
      return success({
        resultType: "matrix",
        result: [{ metric: {}, values: points.map((at) => [at, at === now ? value : valueAt(at)]) }],
      });
    }
    case "/api/v1/alerts":
      return success({ alerts });
    case "/api/v1/label/__name__/values":
      return success([series.__name__, "shop_requests_total"]);
    case "/api/v2/alerts":
      return alerts.map((one) => ({
        ...{ labels: one.labels, annotations, fingerprint: "0f5cd0ffb62b4f2e", generatorURL: "" },
        ...{ startsAt: activeAt, endsAt: activeAt, updatedAt: activeAt, receivers: [{ name: "belay" }] },
        status: { state: "active", inhibitedBy: [], silencedBy: [] },
      }));
    default:
      return { status: "error", errorType: "stand_in", error: `no answer to ${path} stands here` };
  }
}

function success(data: unknown): unknown {
  return { status: "success", data };
}

async function tell({ url, token }: Webhook, status: "firing" | "resolved", failedAt: number): Promise<void> {
  const startsAt = new Date(failedAt * 1000).toISOString();
  const endsAt = status === "firing" ? "0001-01-01T00:00:00Z" : new Date().toISOString();
  const alert = { status, labels, annotations, startsAt, endsAt, fingerprint: "0f5cd0ffb62b4f2e" };
  await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({
      ...{ receiver: "belay", status, alerts: [{ ...alert, generatorURL: "" }], truncatedAlerts: 0 },
      ...{ groupLabels: { alertname }, commonLabels: labels, commonAnnotations: annotations },
      ...{ externalURL: "", version: "4", groupKey: `{}:{alertname="${alertname}"}` },
    }),
  });
}
