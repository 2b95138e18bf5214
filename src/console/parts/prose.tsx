/** Markdown that is loaded when it is first needed; until then, and if that fails, the text as it is. */
import { Component, lazy, type ReactNode, Suspense } from "react";

const Markdown = lazy(() => import("./markdown.tsx").then((module) => ({ default: module.Markdown })));

export function Prose({ text, foreign }: { text: string; foreign: boolean }) {
  const plain = <div className="prose plain">{text}</div>;
  return (
    <Fallback plain={plain}>
      <Suspense fallback={plain}>
        <Markdown text={text} foreign={foreign} />
      </Suspense>
    </Fallback>
  );
}

class Fallback extends Component<{ plain: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    return this.state.failed ? this.props.plain : this.props.children;
  }
}
