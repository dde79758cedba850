import type { DeviceOutcome } from '#api';
import { ButtonLink } from '#web/components/button.tsx';
import { Statement } from '#web/components/statement.tsx';
import { t } from '#web/locales/locales.ts';
import { Problem } from '#web/problem.ts';
import { instanceName } from '#web/session.ts';
import { explainDevice } from './device-problem.ts';

/** The end of what a browser can do for a device. */
export function DeviceDonePage(facts: DeviceOutcome) {
  if (facts.outcome === 'approved') {
    const { application } = facts;
    return (
      <Statement title={t('device.approved')} text={t('device.approvedText', { application })} />
    );
  }
  if (facts.outcome === 'denied') {
    return (
      <Statement
        title={t('device.denied')}
        text={t('device.deniedText')}
        mend={t('device.deniedMend', { name: instanceName.value })}
      />
    );
  }
  const { title, code, mend } = explainDevice(new Problem(facts.problem));
  return (
    <Statement
      title={t(code === 'interaction_expired' ? 'device.over' : 'device.stopped')}
      text={title}
      code={code}
      mend={mend ?? t('device.mend.user_code_expired')}
    >
      <ButtonLink href="/device">{t('device.another')}</ButtonLink>
    </Statement>
  );
}
