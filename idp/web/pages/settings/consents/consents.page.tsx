import { useSignal } from '@preact/signals';
import type { ConsentView } from '#api';
import { listConsents, revokeConsent } from '#web/api/account.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';

export function ConsentsPage() {
  return (
    <SettingsFrame title={t('consents.title')} intro={t('consents.intro')}>
      {() => <Consents />}
    </SettingsFrame>
  );
}

function Consents() {
  const { value, problem, reload } = useLoaded(listConsents);
  const revoking = useSignal<ConsentView | null>(null);
  return (
    <Section title={t('consents.all')}>
      <ProblemNotice problem={problem} />
      {value ? (
        <List
          consents={value}
          onRevoke={(consent) => {
            revoking.value = consent;
          }}
        />
      ) : (
        <Skeleton rows={['line', 'line']} />
      )}
      {revoking.value && (
        <RevokeDialog
          consent={revoking.value}
          onRevoked={reload}
          onClose={() => {
            revoking.value = null;
          }}
        />
      )}
    </Section>
  );
}

type ListProps = { consents: ConsentView[]; onRevoke: (consent: ConsentView) => void };

function List({ consents, onRevoke }: ListProps) {
  if (consents.length === 0) {
    return <p>{t('consents.none')}</p>;
  }
  return (
    <Rows>
      {consents.map((consent) => (
        <Row
          key={consent.clientId}
          name={consent.name}
          facts={[
            t('consents.given', { date: formatTime(consent.grantedAt) }),
            consent.scopes.join(', '),
          ]}
          actions={
            <Button
              kind="quiet"
              label={t('consents.revokeOf', { name: consent.name })}
              onClick={() => onRevoke(consent)}
            >
              {t('consents.revoke')}
            </Button>
          }
        />
      ))}
    </Rows>
  );
}

type DialogProps = { consent: ConsentView; onRevoked: () => void; onClose: () => void };

function RevokeDialog({ consent, onRevoked, onClose }: DialogProps) {
  return (
    <ConfirmDialog
      title={t('consents.revokeTitle', { name: consent.name })}
      text={t('consents.revokeText')}
      confirm={t('consents.revoke')}
      onConfirm={async () => {
        await revokeConsent(consent.clientId);
        onRevoked();
      }}
      onClose={onClose}
    />
  );
}
