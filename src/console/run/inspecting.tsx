/** Where the inspector is shown: beside the run when there is room, else on top of it. */
import { lazy, Suspense, useSyncExternalStore } from "react";
import type { WireEvent } from "../../http/wire/events.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { useKey } from "../parts/keyboard.ts";
import { Skeleton } from "../parts/notice.tsx";
import { Sheet } from "../parts/sheet.tsx";
import type { Line } from "./line.ts";

const Inspector = lazy(() => import("./inspector.tsx").then((module) => ({ default: module.Inspector })));

interface InspectingProps {
  run: RunState;
  line: Line;
  events: readonly WireEvent[];
  onClose: () => void;
}

export function Inspecting(props: InspectingProps) {
  const wide = useWide();
  const inspector = (
    <Suspense fallback={<Skeleton lines={6} label="Loading the inspector" />}>
      <Inspector key={props.line.key} {...props} />
    </Suspense>
  );
  useKey("Escape", () => {
    props.onClose();
    return true;
  });
  if (wide) {
    return (
      <section className="inspector-panel" aria-label="Inspector">
        {inspector}
      </section>
    );
  }
  return (
    <Sheet label="Inspector" kind="side" onClose={props.onClose}>
      {inspector}
    </Sheet>
  );
}

const wideQuery = matchMedia("(min-width: 1100px)");

function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      wideQuery.addEventListener("change", listener);
      return () => wideQuery.removeEventListener("change", listener);
    },
    () => wideQuery.matches,
  );
}
