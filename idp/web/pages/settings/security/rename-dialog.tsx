import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { PasskeyView } from '#api';
import { renamePasskey } from '#web/api/account.ts';
import { Button } from '#web/components/button.tsx';
import styles from '#web/components/dialog.module.css';
import { Field } from '#web/components/field.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';

type Props = { passkey: PasskeyView; onChanged: () => void; onClose: () => void };

export function RenameDialog({ passkey, onChanged, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useSignal(passkey.name);
  const { busy, problem, run } = useTask();
  const save = () =>
    run(async () => {
      await renamePasskey(passkey.id, name.value);
      onChanged();
      dialog.current?.close();
    });

  useEffect(() => {
    dialog.current?.showModal();
    // What is typed takes the place of the old name.
    dialog.current?.querySelector('input')?.select();
  }, []);

  return (
    <dialog ref={dialog} class={styles.dialog} aria-labelledby="rename-title" onClose={onClose}>
      <h2 id="rename-title">{t('passkeys.renameOf', { name: passkey.name })}</h2>
      <form
        class={styles.body}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field
          label={t('passkeys.name')}
          name="name"
          value={name.value}
          error={problem.value?.field === 'name' ? problem.value.title : undefined}
          input={{ required: true, maxLength: 64, autocomplete: 'off' }}
          onValue={(value) => {
            name.value = value;
          }}
        />
        <ProblemNotice problem={problem.value?.field ? null : problem.value} />
        <div class={styles.actions}>
          <Button kind="plain" onClick={() => dialog.current?.close()}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" busy={busy.value}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
