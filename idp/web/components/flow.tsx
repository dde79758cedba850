import type { ComponentChildren } from 'preact';
import styles from './flow.module.css';
import { Wordmark } from './wordmark.tsx';

type Props = { children: ComponentChildren; footer?: ComponentChildren };

/** The frame of everything that leads somewhere else: one card, and nothing to distract from it. */
export function Flow({ children, footer }: Props) {
  return (
    <div class={styles.flow}>
      <header class={styles.header}>
        <Wordmark />
      </header>
      <main class={styles.card}>{children}</main>
      <footer class={styles.footer}>{footer}</footer>
    </div>
  );
}

/** The words above what there is to do. */
export function FlowIntro({ children }: { children: ComponentChildren }) {
  return <div class={styles.intro}>{children}</div>;
}
