import { type Signal, useSignal } from '@preact/signals';
import type { ApiKeyView } from '#api';
import { listOwnApiKeys, revokeOwnApiKey } from '#web/api/api-keys.ts';
import { Button } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { ApiKeyRows } from './api-key-rows.tsx';
import { IssueDialog } from './issue-dialog.tsx';
import { RevokeDialog } from './revoke-dialog.tsx';

type Opened = { what: 'create' } | { what: 'renew' | 'revoke'; key: ApiKeyView };

export function OwnApiKeysPage() {
  const opened = useSignal<Opened | null>(null);
  return (
    <SettingsFrame
      title={t('apiKeys.title')}
      intro={t('apiKeys.ownIntro')}
      action={
        <Button
          kind="plain"
          onClick={() => {
            opened.value = { what: 'create' };
          }}
        >
          {t('apiKeys.new')}
        </Button>
      }
    >
      {() => <Keys opened={opened} />}
    </SettingsFrame>
  );
}

function Keys({ opened }: { opened: Signal<Opened | null> }) {
  const { value, problem, reload } = useLoaded(listOwnApiKeys);
  return (
    <Section title={t('apiKeys.own')}>
      <ProblemNotice problem={problem} />
      {value ? (
        <ApiKeyRows
          keys={value.apiKeys}
          none={t('apiKeys.none')}
          actionsOf={(key) => (
            <Actions
              apiKey={key}
              onOpen={(what) => {
                opened.value = { what, key };
              }}
            />
          )}
        />
      ) : (
        !problem && <Skeleton rows={['line', 'line']} />
      )}
      <Dialog opened={opened} onChanged={reload} />
    </Section>
  );
}

type ActionsProps = { apiKey: ApiKeyView; onOpen: (what: 'renew' | 'revoke') => void };

function Actions({ apiKey: { name }, onOpen }: ActionsProps) {
  return (
    <>
      <Button kind="quiet" label={t('apiKeys.renewOf', { name })} onClick={() => onOpen('renew')}>
        {t('apiKeys.renew')}
      </Button>
      <Button kind="quiet" label={t('apiKeys.revokeOf', { name })} onClick={() => onOpen('revoke')}>
        {t('apiKeys.revoke')}
      </Button>
    </>
  );
}

type DialogProps = { opened: Signal<Opened | null>; onChanged: () => void };

function Dialog({ opened, onChanged }: DialogProps) {
  const close = () => {
    opened.value = null;
  };
  if (opened.value?.what === 'revoke') {
    return (
      <RevokeDialog
        apiKey={opened.value.key}
        revoke={revokeOwnApiKey}
        onRevoked={onChanged}
        onClose={close}
      />
    );
  }
  if (opened.value) {
    const renewed = opened.value.what === 'renew' ? opened.value.key : null;
    return <IssueDialog renewed={renewed} onIssued={onChanged} onClose={close} />;
  }
  return null;
}
