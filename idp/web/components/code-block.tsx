import styles from './code-block.module.css';
import { CopyButton } from './copy-button.tsx';

type Props = {
  /** What it is, for those who cannot see what stands around it. */
  label: string;
  text: string;
};

/** Text for another program, to be copied. */
export function CodeBlock({ label, text }: Props) {
  return (
    <div class={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: by keyboard, it scrolls only with the focus */}
      <section class={styles.text} tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
      <CopyButton text={text} />
    </div>
  );
}
