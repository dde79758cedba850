import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ApiKeyView } from '#api';
import { listApiKeys, revokeApiKey } from '#web/api/api-keys.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { ApiKeyRows } from './api-key-rows.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';

const TYPING_MS = 250;

export function ApiKeysPage() {
  return (
    <SettingsFrame title={t('apiKeys.title')} intro={t('apiKeys.allIntro')}>
      {() => <Keys />}
    </SettingsFrame>
  );
}

function Keys() {
  const { search, keys, next, busy, problem, load } = useApiKeys();
  const revoking = useSignal<ApiKeyView | null>(null);
  return (
    <Section title={t('apiKeys.all')}>
      <Field
        label={t('apiKeys.search')}
        name="search"
        value={search.value}
        input={{ type: 'search', autocomplete: 'off', spellcheck: false }}
        onValue={(value) => {
          search.value = value;
        }}
      />
      <ProblemNotice problem={problem.value} />
      {keys.value ? (
        <ApiKeyRows
          keys={keys.value}
          none={t('apiKeys.noneFound')}
          withOwner
          actionsOf={(key) => <RevokeButton apiKey={key} onClick={() => (revoking.value = key)} />}
        />
      ) : (
        <Skeleton rows={['line', 'line', 'line']} />
      )}
      {next.value && (
        <Button kind="plain" busy={busy.value} onClick={() => void load(next.value)}>
          {t('common.more')}
        </Button>
      )}
      {revoking.value && (
        <RevokeDialog
          apiKey={revoking.value}
          revoke={revokeApiKey}
          onRevoked={() => void load(null)}
          onClose={() => {
            revoking.value = null;
          }}
        />
      )}
    </Section>
  );
}

function useApiKeys() {
  const search = useSignal('');
  const keys = useSignal<ApiKeyView[] | null>(null);
  const next = useSignal<string | null>(null);
  const { busy, problem, run } = useTask();
  const load = (after: string | null) =>
    run(async () => {
      const page = await listApiKeys(search.value, after);
      keys.value = [...(after ? (keys.value ?? []) : []), ...page.apiKeys];
      next.value = page.next;
    });

  useEffect(() => {
    // Waits for the end of a word instead of asking at every letter.
    const timer = setTimeout(() => void load(null), keys.value ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [search.value]);

  return { search, keys, next, busy, problem, load };
}

function RevokeButton({ apiKey, onClick }: { apiKey: ApiKeyView; onClick: () => void }) {
  return (
    <Button kind="quiet" label={t('apiKeys.revokeOf', { name: apiKey.name })} onClick={onClick}>
      {t('apiKeys.revoke')}
    </Button>
  );
}
