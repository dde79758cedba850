import type { Person } from '#api';
import { t } from '#web/locales/locales.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { MailServer } from './mail-server.tsx';
import { Messages } from './messages.tsx';
import { useMessages } from './use-messages.ts';

export function MailPage() {
  return (
    <SettingsFrame title={t('mail.title')} intro={t('mail.intro')}>
      {(user) => <Parts user={user} />}
    </SettingsFrame>
  );
}

function Parts({ user }: { user: Person }) {
  const messages = useMessages();
  return (
    <>
      <MailServer user={user} onTested={messages.reload} />
      <Messages messages={messages} />
    </>
  );
}
