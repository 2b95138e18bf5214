/**
 * Starts something as tests do and waits for ever, as a test does that hangs. Arguments: what, and for what. "child":
 * a script and its arguments; "chromium": an address to ask for; "postgres": prints the address of a database.
 */
import { startChild } from "../support/child.ts";

const [what, first = "", ...others] = process.argv.slice(2);

async function browse(): Promise<void> {
  const { openChromium } = await import("../support/console/chromium.ts");
  const page = await (await openChromium()).newPage();
  await page.goto(first, { timeout: 0 });
}

async function serveData(): Promise<void> {
  const { startPostgres } = await import("../support/store/postgres.ts");
  const server = await startPostgres();
  process.stdout.write(`${await server.emptyDatabase()}\n`);
}

if (what === "child") await startChild(first, others).succeeded();
if (what === "chromium") await browse();
if (what === "postgres") await serveData();
setInterval(() => {}, 60_000);
