import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import styles from './section.module.css';

type Props = {
  title: string;
  text?: string;
  action?: ComponentChildren;
  children: ComponentChildren;
};

/** One matter on a page of the settings: a card that says what it is about. */
export function Section({ title, text, action, children }: Props) {
  const id = useId();
  return (
    <section class={styles.section} aria-labelledby={id}>
      <div class={styles.top}>
        <div>
          <h2 id={id}>{title}</h2>
          {text && <p>{text}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
