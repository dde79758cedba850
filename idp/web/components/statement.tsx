import type { ComponentChildren } from 'preact';
import { t } from '#web/locales/locales.ts';
import { Flow, FlowIntro } from './flow.tsx';
import { Heading } from './heading.tsx';
import styles from './statement.module.css';

type Props = {
  /** A picture of what this is about. */
  emblem?: ComponentChildren;
  title: string;
  text?: string | undefined;
  code?: string | undefined;
  mend?: string | undefined;
  footer?: ComponentChildren;
  /** What to press. */
  children?: ComponentChildren;
};

/** A page that says no: what happened, why, and the step that mends it. */
export function Statement({ emblem, title, text, code, mend, footer, children }: Props) {
  return (
    <Flow footer={footer}>
      {emblem}
      <FlowIntro>
        <Heading>{title}</Heading>
        {text && <p class={styles.text}>{text}</p>}
      </FlowIntro>
      {mend && (
        <section class={styles.mend}>
          <h2>{t('common.whatToDo')}</h2>
          <p>{mend}</p>
        </section>
      )}
      {children}
      {code && (
        <p class={styles.code}>
          <code>{t('common.code', { code })}</code>
        </p>
      )}
    </Flow>
  );
}
