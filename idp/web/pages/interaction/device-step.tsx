import { AppLogo } from '#web/components/app-logo.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { SignedInAs } from '#web/components/signed-in-as.tsx';
import { t } from '#web/locales/locales.ts';
import { explainDevice } from '../device/device-problem.ts';
import { Choice } from './choice.tsx';
import styles from './interaction.module.css';
import type { StepProps } from './interaction.page.tsx';

/** The person alone knows which code is on the device. Whoever sends codes to others hopes that they do not look. */
export function DeviceStep({ uid, view: { client, user, userCode } }: StepProps) {
  const application = client.name;
  return (
    <Flow footer={user && <SignedInAs person={user} />}>
      <AppLogo application={client} />
      <FlowIntro>
        <Heading>{t('device.confirm', { application })}</Heading>
        <p>{t('device.confirmText', { application })}</p>
      </FlowIntro>
      <p class={styles.userCode}>{userCode}</p>
      <section class={styles.warning}>
        <h2>{t('device.warning')}</h2>
        <p>{t('device.warningText')}</p>
      </section>
      <Choice
        uid={uid}
        step="device"
        yes={t('device.allow')}
        no={t('device.refuse')}
        explain={explainDevice}
      />
    </Flow>
  );
}
