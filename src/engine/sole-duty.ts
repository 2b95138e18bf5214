/** What one of all processes does: the channels that only one may have, and the schedules. */
import type { Duty, Hold } from "../core/ports/hold.ts";
import type { Engine } from "./engine.ts";
import { type ScheduleOptions, startSchedules } from "./schedule.ts";

/** `stopSchedules`: a bot that stops launches nothing more, and keeps its channels until its runs have come to rest. */
export interface SoleDuty extends Duty {
  stopSchedules(): Promise<void>;
}

/** Nothing before `take`. What fails while it is taken up is logged, and tried again by the parts themselves. */
export function soleDuty(
  engine: Pick<Engine, "hold" | "letGo"> & ScheduleOptions["inlet"],
  on: Omit<ScheduleOptions, "inlet">,
): SoleDuty {
  let schedules: ReturnType<typeof startSchedules> | null = null;
  let isStopping = false;
  const stop = async () => (await schedules)?.stop();
  return {
    async take() {
      await engine.hold();
      // The duty may come to a process that has begun to stop meanwhile.
      if (isStopping) return;
      schedules = startSchedules({ ...on, inlet: engine });
      await schedules;
    },
    async drop() {
      await stop();
      await engine.letGo();
    },
    async stopSchedules() {
      isStopping = true;
      await stop();
    },
  };
}

/** The only process on its store holds from its start to its end. */
export function alwaysHeld(): Hold {
  let held: Duty | null = null;
  return {
    async start(duty) {
      held = duty;
      await duty.take();
    },
    stop: async () => held?.drop(),
  };
}
