import { ButtonLink } from '#web/components/button.tsx';
import { t } from '#web/locales/locales.ts';
import { CONFIGURATION } from '../configuration/configuration-frame.tsx';
import { SettingsFrame } from '../settings-frame.tsx';
import { Messages } from './messages.tsx';
import { useMessages } from './use-messages.ts';

export function MailPage() {
  return (
    <SettingsFrame
      title={t('mail.title')}
      intro={t('mail.intro')}
      action={
        <ButtonLink kind="plain" href={`${CONFIGURATION}/email`}>
          {t('mail.server')}
        </ButtonLink>
      }
    >
      {() => <Queue />}
    </SettingsFrame>
  );
}

function Queue() {
  return <Messages messages={useMessages()} />;
}
