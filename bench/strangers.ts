/** Memory under attack: 500 strangers at once, each with a body of 25 MB, at every door that needs no login. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startChild } from "../test/support/child.ts";

const strangers = 500;
/** MiB that all of them together may cost. */
const goal = 64;
/** A stranger who is neither answered nor cut off within this time goes away, ms. */
const patience = 20_000;

/** [what they do, where, the headers that they make up, is the length declared] */
const attacks: [string, string, string, boolean][] = [
  ["unsigned deliveries", "/webhooks/ci", "", true],
  ["forged deliveries", "/webhooks/ci", `X-Hub-Signature-256: sha256=${"0".repeat(64)}\r\n`, false],
  ["unsigned mails", "/mail/post", "", true],
  ["unsigned mails of no length", "/mail/post", "", false],
  ["forged mails", "/mail/form", "", false],
  ["launches by nobody", "/agent/launch", "Authorization: Bearer nobody\r\n", true],
];

const folder = mkdtempSync(join(tmpdir(), "belay-strangers-"));
const bot = startChild("src/cli/serve.ts", [], {
  env: {
    PATH: process.env.PATH,
    // To see what V8's own settings change.
    ...(process.env.NODE_OPTIONS ? { NODE_OPTIONS: process.env.NODE_OPTIONS } : {}),
    PORT: "0",
    DATABASE_URL: join(folder, "belay.db"),
    BELAY_CONFIG: configIn(folder),
    CI_SECRET: "a secret of the webhook",
    POST_SECRET: "a secret of the mailbox",
    FORM_SECRET: "a secret of the form",
    LOG_LEVEL: "silent",
  },
});
try {
  const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(await bot.says("Belay is ready"))?.[1]);
  // What as many connections cost that bring next to nothing is no matter of bodies.
  for (const one of attacks) await attack(port, one, strangers, 100);
  const start = rss();
  for (const one of attacks) {
    const before = rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, rss());
    }, 20);
    const statuses = await attack(port, one, strangers, 25_000_000);
    clearInterval(watch);
    const grew = { grew_mb: most - before, since_start_mb: most - start, goal_mb: goal };
    const row = { what: one[0], strangers, before_mb: before, ...grew, statuses };
    process.stdout.write(`${JSON.stringify({ workload: "strangers", ...row })}\n`);
  }
} finally {
  await bot.kill();
  rmSync(folder, { recursive: true });
}

function configIn(place: string): string {
  const file = join(place, "belay.config.ts");
  writeFileSync(join(place, "ci.md"), "Look at this.\n");
  const config = {
    webhooks: [
      { name: "ci", verify: { kind: "github" }, secretEnv: "CI_SECRET", prompt: "ci.md", fields: [] },
    ],
    mail: {
      from: "agent@belay.example",
      inbound: [
        { name: "post", provider: "postmark", secretEnv: "POST_SECRET" },
        { name: "form", provider: "mailgun", secretEnv: "FORM_SECRET" },
      ],
    },
  };
  const base = pathToFileURL(resolve(import.meta.dirname, "../belay.config.ts"));
  writeFileSync(
    file,
    `import base from "${base}";\nexport default { ...base, ...${JSON.stringify(config)} };\n`,
  );
  return file;
}

/** MiB that the bot holds now. */
function rss(): number {
  const status = readFileSync(`/proc/${bot.process.pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

/** How often each status was answered; `cut`: the connection ended without one. */
async function attack(
  port: number,
  [, path, headers, declared]: (typeof attacks)[number],
  count: number,
  bytes: number,
): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  await Promise.all(
    Array.from({ length: count }, async () => {
      const status = await stranger(port, { path, headers, declared, bytes });
      statuses[status] = (statuses[status] ?? 0) + 1;
    }),
  );
  return statuses;
}

/** Sends as fast as it is taken; resolves with what was answered once the connection is over. */
function stranger(
  port: number,
  { path, headers, declared, bytes }: { path: string; headers: string; declared: boolean; bytes: number },
): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1");
  const length = declared ? `Content-Length: ${bytes}` : "Transfer-Encoding: chunked";
  const type = "Content-Type: application/json\r\n";
  socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n${type}${headers}${length}\r\n\r\n`);
  const data = Buffer.alloc(Math.min(bytes, 65_536), "x");
  const piece = declared
    ? data
    : Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from("\r\n")]);
  let [sent, answered] = [0, ""];
  const send = () => {
    while (sent < bytes && !socket.destroyed) {
      sent += data.length;
      if (!socket.write(piece)) return void socket.once("drain", send);
    }
    if (!declared) socket.write("0\r\n\r\n");
  };
  socket.on("data", (chunk) => {
    answered += chunk;
    // Whoever is answered before all is sent stops sending.
    socket.end();
  });
  socket.on("error", () => {});
  socket.setTimeout(patience, () => socket.destroy());
  socket.once("close", () => resolve(/^HTTP\/1\.1 (\d+)/.exec(answered)?.[1] ?? "cut"));
  send();
  return promise;
}
