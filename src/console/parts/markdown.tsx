/**
 * Markdown of a model or a person, set as text: no HTML, no images, no links to hosts that nobody listed where
 * a stranger had a hand in it.
 */
import { useMemo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { mayFollow } from "../../core/text/followed.ts";
import { markOrigins, type PlacedOrigin } from "./marked-origins.ts";
import { OriginMark } from "./origin-mark.tsx";

interface Told {
  text: string;
  /** Those that a link may lead to; null: any. */
  hosts: readonly string[] | null;
  /** Where values of the text come from, in their order. */
  origins: readonly PlacedOrigin[];
}

export function Markdown({ text, hosts, origins }: Told) {
  const components = useMemo(
    () => ({ ...headings, img, a: anchorTo(hosts), mark: markOf(origins) }),
    [hosts, origins],
  );
  const plugins = useMemo(() => [remarkGfm, () => markOrigins(text, origins)], [text, origins]);
  return (
    <div className="prose">
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

/** A remote image would tell its host that somebody looks; its words are enough. */
const img: NonNullable<Components["img"]> = ({ alt, src }) => (
  <code>
    [image: {alt} {typeof src === "string" ? src : ""}]
  </code>
);

/** A task may hold headings of its own; they never outrank the page's. */
const headings: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h5>{children}</h5>,
  pre: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide block must be scrollable with the keyboard
    <pre tabIndex={0}>{children}</pre>
  ),
};

/** Markdown knows no marks of its own: each is of an origin, by its place in the list. */
function markOf(origins: readonly PlacedOrigin[]): NonNullable<Components["mark"]> {
  return ({ node, children }) => {
    const origin = origins[Number(node?.properties.origin)];
    return origin ? <OriginMark origin={origin}>{children}</OriginMark> : children;
  };
}

/** A link that may not be followed shows its words and where it would have led. */
function anchorTo(hosts: readonly string[] | null): NonNullable<Components["a"]> {
  return ({ href = "", children }) =>
    mayFollow(href, hosts) ? (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    ) : (
      <>
        {children} <code>{href}</code>
      </>
    );
}
