import { useSignal } from '@preact/signals';
import { Button } from '#web/components/button.tsx';
import { t } from '#web/locales/locales.ts';

const SHOWN_MS = 2000;

type Props = { text: string; label?: string };

export function CopyButton({ text, label = t('common.copy') }: Props) {
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
      <Button kind="plain" onClick={() => void copy()}>
        {copied.value ? t('common.copied') : label}
      </Button>
      <span class="visually-hidden" role="status">
        {copied.value && t('common.copied')}
      </span>
    </>
  );
}
