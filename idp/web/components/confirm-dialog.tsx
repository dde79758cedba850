import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { Button } from './button.tsx';
import styles from './dialog.module.css';
import { ProblemNotice } from './problem-notice.tsx';

type Props = {
  title: string;
  text: string;
  confirm: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children?: ComponentChildren;
};

/** Asks before something is gone, naming it. Open for as long as it is drawn. */
export function ConfirmDialog({ title, text, confirm, onConfirm, onClose, children }: Props) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const { busy, problem, run } = useTask();

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} class={styles.dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <div class={styles.body}>
        <p>{text}</p>
        {children}
        <ProblemNotice problem={problem.value} />
        <div class={styles.actions}>
          <Button kind="plain" onClick={() => dialog.current?.close()}>
            {t('common.cancel')}
          </Button>
          <Button
            kind="danger"
            busy={busy.value}
            onClick={() =>
              void run(async () => {
                await onConfirm();
                dialog.current?.close();
              })
            }
          >
            {confirm}
          </Button>
        </div>
      </div>
    </dialog>
  );
}
