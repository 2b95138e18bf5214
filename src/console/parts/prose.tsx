/** Markdown that is loaded when it is first needed; until then, and if that fails, the text as it is. */
import { Component, createContext, lazy, type ReactNode, Suspense, useContext } from "react";
import type { PlacedOrigin } from "./marked-origins.ts";

const Markdown = lazy(() => import("./markdown.tsx").then((module) => ({ default: module.Markdown })));

/** The hosts that untrusted text may link to, as the server lists them; without a list, none. */
export const LinkHosts = createContext<readonly string[]>([]);

interface Told {
  text: string;
  untrusted: boolean;
  /** Where its values come from, in their order. */
  origins?: readonly PlacedOrigin[];
}

export function Prose({ text, untrusted, origins = none }: Told) {
  const listed = useContext(LinkHosts);
  const plain = <div className="prose plain">{text}</div>;
  return (
    <Fallback plain={plain}>
      <Suspense fallback={plain}>
        <Markdown text={text} hosts={untrusted ? listed : null} origins={origins} />
      </Suspense>
    </Fallback>
  );
}

const none: readonly PlacedOrigin[] = [];

class Fallback extends Component<{ plain: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    return this.state.failed ? this.props.plain : this.props.children;
  }
}
