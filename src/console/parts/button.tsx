/** Buttons that say why they are disabled, and ask once before an action that matters. */
import { type ReactNode, useEffect, useState } from "react";

interface ButtonProps {
  onPress: () => void;
  children: ReactNode;
  look?: "plain" | "primary" | "danger" | "quiet";
  /** Why it can't be pressed now; null when it can. */
  why?: string | null;
  pending?: boolean;
  hint?: string;
  /** For who does not see it, where the words on it are too few. */
  name?: string;
}

/** With a reason it stays reachable: pressing it tells the reason to `onPress`'s owner through the title. */
export function Button({
  onPress,
  children,
  look = "plain",
  why = null,
  pending = false,
  hint,
  name,
}: ButtonProps) {
  return (
    <button
      type="button"
      className={`button ${look}`}
      aria-label={name}
      aria-disabled={why !== null || pending}
      aria-busy={pending}
      title={why ?? hint}
      onClick={() => {
        if (why === null && !pending) onPress();
      }}
    >
      {children}
    </button>
  );
}

const armedMs = 10_000;

/** The first press asks, the second within ten seconds does it. */
export function ConfirmButton({ onPress, children, question, ...rest }: ButtonProps & { question: string }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    if (!armed) return;
    const timer = setTimeout(() => setArmed(false), armedMs);
    return () => clearTimeout(timer);
  }, [armed]);
  return (
    <Button
      {...rest}
      look={armed ? "danger" : (rest.look ?? "plain")}
      onPress={() => {
        if (armed) onPress();
        setArmed(!armed);
      }}
    >
      {armed ? question : children}
    </Button>
  );
}

export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      look="quiet"
      onPress={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}
    >
      {copied ? "Copied" : "Copy"}
    </Button>
  );
}
