/** `npm run login`: a new one-time code for the console of the server that runs here. */
import { loadPlace } from "../config.ts";
import { loginCodeSchema } from "../http/wire/server.ts";
import { runCommand } from "./command.ts";

const line = {
  command: "npm run login",
  about: [
    "Prints an address of the console that logs in once, within 15 minutes. The server must be running.",
  ],
  words: null,
};

async function link(): Promise<string | Error> {
  const { url, publicUrl, token } = loadPlace();
  const headers = { authorization: `Bearer ${token ?? ""}` };
  let answer: Response;
  try {
    answer = await fetch(`${url}/session/code`, { method: "POST", headers });
  } catch {
    return new Error(`There is no server at ${url}. Start one with npm start; it prints a code itself.`);
  }
  if (answer.status === 401) {
    return new Error(`${url} refused the token that is kept here: run this with the server's own settings.`);
  }
  if (!answer.ok) return new Error(`${url} gave no code: it answered ${answer.status}.`);
  const { code } = loginCodeSchema.parse(await answer.json());
  return `${publicUrl ?? url}/#code=${code}`;
}

process.exitCode = await runCommand(line, async () => {
  const made = await link();
  if (typeof made === "string") console.log(`Open the console: ${made}`);
  else console.error(made.message);
  return typeof made === "string" ? 0 : 1;
});
