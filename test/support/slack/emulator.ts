/** The emulated Slack: one workspace, six people, two channels, the bot with exactly the scopes of manifest.yml. */
import { createEmulator, type Emulator } from "emulate";
import { neededScopes } from "../../../adapters/slack/requirements.ts";
import { freePort } from "../free-port.ts";

export const tokens = {
  bot: "xoxb-test-bot",
  app: "xapp-test-app",
  dana: "xoxp-test-dana",
  secret: "test-signing-secret",
  config: "xoxe.xoxp-test-config",
};

/** The emulator takes 5,000 calls an hour of one token: everybody has several, and each call goes with the next. */
const copies = 8;
let calls = 0;

/** The same account by another of its tokens; a token that is nobody's stays as it is. */
export function nextCopy(token: string): string {
  return token === tokens.bot || token === tokens.dana ? `${token}.${calls++ % copies}` : token;
}

function copiesOf<Account extends { token: string }>(account: Account): Account[] {
  return Array.from({ length: copies }, (_, n) => ({ ...account, token: `${account.token}.${n}` }));
}

export async function startEmulator(): Promise<Emulator> {
  const port = await freePort();
  const scopes = Object.keys(neededScopes);
  return createEmulator({
    service: "slack",
    port,
    seed: {
      slack: {
        strict_scopes: true,
        users: ["dana", "oncall", "guest", "eve", "kim", "lee"].map((name) => ({ name })),
        channels: [{ name: "ops" }, { name: "deploys" }],
        oauth_apps: [
          {
            app_id: "A1",
            client_id: "1.1",
            client_secret: "none",
            name: "Belay",
            redirect_uris: [],
            bot_id: "B0BOT",
            bot_user_id: "U0BOT",
            scopes,
          },
        ],
        tokens: [
          ...copiesOf({ token: tokens.bot, user_id: "U0BOT", bot_id: "B0BOT", app_id: "A1", scopes }),
          ...copiesOf({
            ...{ token: tokens.dana, user_id: "dana" },
            scopes: [...scopes, "channels:read", "channels:write"],
          }),
        ],
      },
    },
  });
}
