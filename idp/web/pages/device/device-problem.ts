import { t } from '#web/locales/locales.ts';
import { Problem } from '#web/problem.ts';

const KNOWN = [
  'user_code_unknown',
  'user_code_expired',
  'user_code_used',
  'device_not_allowed',
  'interaction_expired',
  'too_many_attempts',
] as const;

/** What went wrong with a device, in the person's language and with what to do about it. */
export function explainDevice<P extends Problem | null>(problem: P): P | Problem {
  const code = KNOWN.find((known) => known === problem?.code);
  return problem && code
    ? new Problem({
        status: problem.status,
        code,
        title: t(`device.problem.${code}`),
        mend: t(`device.mend.${code}`),
      })
    : problem;
}

/** Whether another code would help. */
export function isAboutCode({ code }: Problem): boolean {
  return code.startsWith('user_code_');
}
