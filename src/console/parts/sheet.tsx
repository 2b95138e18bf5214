/** A native dialog: the browser keeps the focus inside, closes it on Esc, and needs no inline style. */
import { type ReactNode, useEffect, useRef } from "react";

export function Sheet({
  label,
  kind,
  onClose,
  children,
}: {
  label: string;
  /** side: the inspector; centre: a short list. */
  kind: "side" | "centre";
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const node = dialog.current;
    node?.showModal();
    return () => node?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it; the click is for the backdrop
    <dialog
      ref={dialog}
      className={`sheet ${kind}`}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="sheet-body">{children}</div>
    </dialog>
  );
}
