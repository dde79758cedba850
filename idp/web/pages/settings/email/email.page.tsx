import { ConfigurationFrame } from '../configuration/configuration-frame.tsx';
import { MailServer } from './mail-server.tsx';

export function EmailPage() {
  return <ConfigurationFrame>{(user) => <MailServer user={user} />}</ConfigurationFrame>;
}
