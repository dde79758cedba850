import type { ComponentChildren } from 'preact';
import styles from './rows.module.css';

/** A list of things, each with what may be done to it. */
export function Rows({ children }: { children: ComponentChildren }) {
  return <ul class={styles.rows}>{children}</ul>;
}

type RowProps = {
  /** A picture of what it is. */
  emblem?: ComponentChildren;
  name: ComponentChildren;
  badges?: string[];
  /** What is known of it, in the order it matters. */
  facts: string[];
  actions?: ComponentChildren;
};

export function Row({ emblem, name, badges = [], facts, actions }: RowProps) {
  return (
    <li class={styles.row}>
      {emblem}
      <div class={styles.words}>
        <p class={styles.name}>
          {name}
          {badges.map((badge) => (
            <span key={badge} class={styles.badge}>
              {badge}
            </span>
          ))}
        </p>
        <p class={styles.facts}>{facts.join(' · ')}</p>
      </div>
      {actions && <div class={styles.actions}>{actions}</div>}
    </li>
  );
}
