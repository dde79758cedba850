import { useSignal } from '@preact/signals';
import { Button } from '#web/components/button.tsx';
import { t } from '#web/locales/locales.ts';

const SHOWN_MS = 2000;

type Props = {
  text: string;
  label?: string;
  /** What is copied, where there are several to choose from. */
  name?: string;
};

export function CopyButton({ text, label = t('common.copy'), name }: Props) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
    setTimeout(() => {
      copied.value = false;
    }, SHOWN_MS);
  };

  return (
    <>
      <Button
        kind="plain"
        {...(name && { label: t('common.copyOf', { name }) })}
        onClick={() => void copy()}
      >
        {copied.value ? t('common.copied') : label}
      </Button>
      <span class="visually-hidden" role="status">
        {copied.value && t('common.copied')}
      </span>
    </>
  );
}
