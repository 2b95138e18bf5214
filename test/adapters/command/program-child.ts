/**
 * A program for declared commands. Arguments: what to do, and for most the file that it leaves its trace in.
 * `leave`: a trace and an end · `wait`: a trace, then until the file `<trace>.go` is there · `for-ever`: with
 * a child of its own in the same group, both deaf to SIGTERM · `fail`: words and exit status 3 · `flood`:
 * more than anybody keeps.
 */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";

const [what = "", trace = ""] = process.argv.slice(2);

switch (what) {
  case "leave":
    appendFileSync(trace, "ran\n");
    process.stdout.write("left its trace\n");
    break;
  case "wait": {
    appendFileSync(trace, "ran\n");
    process.stdout.write("waiting for go\n");
    const look = setInterval(() => {
      if (!existsSync(`${trace}.go`)) return;
      clearInterval(look);
      process.stdout.write("gone on\n");
    }, 10);
    break;
  }
  case "for-ever": {
    process.on("SIGTERM", () => {});
    const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" });
    writeFileSync(trace, JSON.stringify([process.pid, child.pid]));
    process.stdout.write("here for ever\n");
    setInterval(() => {}, 1000);
    break;
  }
  case "fail":
    process.stdout.write("what it said before\n");
    process.stderr.write("no such thing: checkout\n");
    process.exitCode = 3;
    break;
  case "flood":
    process.stdout.write("x".repeat(1_000_000));
    break;
  default:
    process.stdout.write(JSON.stringify({ env: process.env, cwd: process.cwd() }));
}
