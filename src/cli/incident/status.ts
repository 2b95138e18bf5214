/** What the shop says of itself. Argument: its port. */
const [port = ""] = process.argv.slice(2);
process.stdout.write(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
