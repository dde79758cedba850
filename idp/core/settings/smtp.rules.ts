import { InvalidInput } from '../errors.ts';
import { isEmailAddress } from '../user/user.rules.ts';
import type { SmtpSettings } from './settings.types.ts';

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;
const CONTROL = /\p{Cc}/u;
const PEM = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/;

/** What no mail server could be used with, by its field. The same rules as an SMTPConfig has. */
export function assertSmtpSettings({ host, port, tls, ca, from, auth }: SmtpSettings): void {
  if (!HOST.test(host)) {
    throw new InvalidInput(
      'host',
      'The host is a name or an IP address alone; the port has its own field, and there is no smtp:// before it',
    );
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidInput('port', 'A port is a whole number from 1 to 65535');
  }
  if (!isEmailAddress(from.address)) {
    throw new InvalidInput(
      'fromAddress',
      'The sender is exactly one mailbox, such as id@example.com',
    );
  }
  if (from.name !== null && CONTROL.test(from.name)) {
    throw new InvalidInput('fromName', 'The name of the sender has no line breaks');
  }
  if (auth && tls === 'none') {
    throw new InvalidInput(
      'tls',
      'Without TLS the password would go over the network in the open: choose STARTTLS or TLS, or sign in to the mail server without one',
    );
  }
  if (ca !== null && !PEM.test(ca)) {
    throw new InvalidInput(
      'ca',
      'This is no PEM certificate: it begins with -----BEGIN CERTIFICATE-----',
    );
  }
}
