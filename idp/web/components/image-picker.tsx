import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { type Frame, redraw } from '#web/image-file.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { Button } from './button.tsx';
import styles from './image-picker.module.css';
import { Notice } from './notice.tsx';
import { ProblemNotice } from './problem-notice.tsx';

type Props = {
  /** What the image is of, in the names of the buttons. */
  label: string;
  hint: string;
  frame: Frame;
  hasImage: boolean;
  disabled?: boolean;
  onPicked: (image: Blob) => Promise<void>;
  onRemoved: () => Promise<void>;
  /** The image as it is now. */
  children: ComponentChildren;
};

/** An image, and a way to choose another, which is in force at once. */
export function ImagePicker(props: Props) {
  const { label, hint, frame, hasImage, disabled = false, onPicked, onRemoved, children } = props;
  const input = useRef<HTMLInputElement>(null);
  const { busy, problem, run } = useTask();
  const isSaved = useSignal(false);
  const change = (work: () => Promise<void>) =>
    run(async () => {
      isSaved.value = false;
      await work();
      isSaved.value = true;
    });
  const pick = (file: File | undefined) =>
    file && change(async () => onPicked(await redraw(file, frame)));

  return (
    <div class={styles.picker}>
      {children}
      <div class={styles.words}>
        <p class={styles.hint}>{hint}</p>
        {!disabled && (
          <div class={styles.actions}>
            <input
              ref={input}
              type="file"
              class="visually-hidden"
              tabIndex={-1}
              aria-label={label}
              accept="image/*"
              onChange={({ currentTarget }) => {
                void pick(currentTarget.files?.[0]);
                // The same file again is a choice, too.
                currentTarget.value = '';
              }}
            />
            <Button
              kind="plain"
              busy={busy.value}
              label={t('image.chooseOf', { what: label })}
              onClick={() => input.current?.click()}
            >
              {t('image.choose')}
            </Button>
            {hasImage && (
              <Button
                kind="quiet"
                busy={busy.value}
                label={t('image.removeOf', { what: label })}
                onClick={() => void change(onRemoved)}
              >
                {t('image.remove')}
              </Button>
            )}
          </div>
        )}
        <ProblemNotice problem={problem.value} />
        <Notice tone="quiet">{isSaved.value && t('common.saved')}</Notice>
      </div>
    </div>
  );
}
