/** Identifies a process for good by pid, start and boot: the pid alone is given to other processes later. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Plain JSON, so that it can be kept in a file. */
export interface ProcessId {
  pid: number;
  /** In the system's own words; compared, never read. */
  startTime: string;
  bootId: string;
}

type Env = Readonly<Record<string, string>>;

/**
 * The system's tools are found and write dates by their environment: two processes that must find the same words for a
 * third have this one.
 */
export const plainEnv: Env = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" };

/** null: there is no such process, or it is dead and only not yet collected. `env`: of who compares; else this one's. */
export function identify(pid: number, env?: Env): ProcessId | null {
  const startTime = process.platform === "linux" ? startInProc(pid) : startByPs(pid, env);
  return startTime === null ? null : { pid, startTime, bootId: bootId(env) };
}

/** False also when the pid belongs to another process by now. */
export function isAlive({ pid, startTime, bootId }: ProcessId): boolean {
  const now = identify(pid);
  return now !== null && now.startTime === startTime && now.bootId === bootId;
}

/** Another one after each start of the machine. */
export function bootId(env?: Env): string {
  return process.platform === "linux"
    ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
    : execFileSync("sysctl", ["-n", "kern.boottime"], { encoding: "utf8", env }).trim();
}

function startInProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in brackets and may hold anything; the third field follows it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function startByPs(pid: number, env?: Env): string | null {
  try {
    const args = ["-o", "stat=,lstart=", "-p", String(pid)];
    const line = execFileSync("ps", args, { encoding: "utf8", env }).trim();
    return line === "" || line.startsWith("Z") ? null : line.replace(/^\S+\s+/, "");
  } catch {
    return null;
  }
}
