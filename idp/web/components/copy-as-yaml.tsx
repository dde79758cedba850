import { useSignal } from '@preact/signals';
import { getManifest } from '#web/api/manifests.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { Button } from './button.tsx';
import { CodeBlock } from './code-block.tsx';
import styles from './dialog.module.css';
import { Modal } from './modal.tsx';
import { ProblemNotice } from './problem-notice.tsx';

/** The resource that would declare what is at this path of the API, for whoever moves it to Git. */
export function CopyAsYaml({ path }: { path: string }) {
  const { busy, problem, run } = useTask();
  const yaml = useSignal<string | null>(null);
  const open = () =>
    run(async () => {
      yaml.value = await getManifest(path);
    });

  return (
    <>
      <Button kind="plain" busy={busy.value} onClick={() => void open()}>
        {t('yaml.open')}
      </Button>
      <ProblemNotice problem={problem.value} />
      {yaml.value !== null && (
        <Modal
          title={t('yaml.title')}
          onClose={() => {
            yaml.value = null;
          }}
        >
          {(close) => (
            <div class={styles.body}>
              <p>{t('yaml.text')}</p>
              <CodeBlock label={t('yaml.title')} text={yaml.value ?? ''} />
              <div class={styles.actions}>
                <Button onClick={close}>{t('common.close')}</Button>
              </div>
            </div>
          )}
        </Modal>
      )}
    </>
  );
}
