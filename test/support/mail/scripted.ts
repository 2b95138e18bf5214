/** A mail server that says what a test tells it to say at one stage of the session, and else takes everything. */
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** What is answered. `message`: the whole mail, after its last line. */
export type SmtpStage = "greeting" | "hello" | "sender" | "recipient" | "data" | "message";

export interface ScriptedMailServer {
  url: string;
  /** The reply at `stage`, without its line end, `times` in a row (once unless said): `550 5.1.1 no such user`. */
  answer(stage: SmtpStage, reply: string, times?: number): void;
  /** Forgets what was to be answered. */
  agree(): void;
  /** The text of each mail that was taken, oldest first. */
  taken: string[];
  close(): Promise<void>;
}

const replies: Record<SmtpStage, string> = {
  greeting: "220 scripted",
  hello: "250 scripted",
  sender: "250 ok",
  recipient: "250 ok",
  data: "354 go on",
  message: "250 kept",
};

const stageOf: Record<string, SmtpStage> = {
  EHLO: "hello",
  HELO: "hello",
  MAIL: "sender",
  RCPT: "recipient",
  DATA: "data",
};

export async function scriptedMailServer(): Promise<ScriptedMailServer> {
  const taken: string[] = [];
  let scripted: { stage: SmtpStage; reply: string; left: number } | null = null;
  const sockets = new Set<Socket>();

  function replyAt(stage: SmtpStage): string {
    if (scripted?.stage !== stage || scripted.left === 0) return replies[stage];
    scripted.left -= 1;
    return scripted.reply;
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let mail: string[] | null = null;
    const say = (reply: string) => socket.write(`${reply}\r\n`);
    say(replyAt("greeting"));
    createInterface({ input: socket }).on("line", (line) => {
      if (mail !== null && line !== ".") return void mail.push(line);
      if (mail !== null) {
        const reply = replyAt("message");
        if (reply.startsWith("2")) taken.push(mail.join("\n"));
        mail = null;
        return void say(reply);
      }
      const stage = stageOf[line.slice(0, 4).toUpperCase()];
      const reply = stage === undefined ? "250 ok" : replyAt(stage);
      if (stage === "data" && reply.startsWith("3")) mail = [];
      say(reply);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    taken,
    answer(stage, reply, times = 1) {
      scripted = { stage, reply, left: times };
    },
    agree() {
      scripted = null;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
