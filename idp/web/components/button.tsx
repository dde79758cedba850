import type { ComponentChildren } from 'preact';
import styles from './button.module.css';

type Props = {
  children: ComponentChildren;
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  /** What it is called where the words on it need their surroundings. */
  label?: string;
  type?: 'button' | 'submit';
  busy?: boolean;
  disabled?: boolean;
  onClick?: () => void;
};

export function Button(props: Props) {
  const { children, kind = 'primary', label, type = 'button', busy = false } = props;
  const { disabled, onClick } = props;

  // A busy button keeps the focus and its width: it is not disabled, it only does nothing.
  return (
    <button
      type={type}
      class={`${styles.button} ${styles[kind]}`}
      aria-label={label}
      aria-disabled={busy}
      disabled={disabled}
      data-busy={busy}
      onClick={busy ? undefined : onClick}
    >
      <span class={styles.label}>{children}</span>
    </button>
  );
}

type LinkProps = {
  href: string;
  kind?: 'primary' | 'plain';
  /** The name of the file that it leads to. */
  download?: string;
  children: ComponentChildren;
};

/** A link that looks like the thing to do next. */
export function ButtonLink({ href, kind = 'primary', download, children }: LinkProps) {
  return (
    <a class={`${styles.button} ${styles[kind]}`} href={href} download={download}>
      <span class={styles.label}>{children}</span>
    </a>
  );
}
