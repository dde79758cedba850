import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

// Names under which a secret could reach a log line; the values never do.
const SECRET_NAMES = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'token',
  'code',
  'challenge',
];

/** One JSON object a line. Facts go in fixed keys, never into the message. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const paths = SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const options = { level, redact: { paths, censor: '[redacted]' }, base: null };
  return destination ? pino(options, destination) : pino(options);
}
