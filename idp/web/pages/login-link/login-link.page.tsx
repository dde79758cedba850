import { useLocation, useRoute } from 'preact-iso';
import { consumeLoginLink } from '#web/api/session.ts';
import { Button } from '#web/components/button.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { t } from '#web/locales/locales.ts';
import { instanceName, loadSession } from '#web/session.ts';
import { useTask } from '#web/task.ts';

/** Nothing happens before the button is pressed: programs that look into mails open links, too. */
export function LoginLinkPage() {
  const { token = '' } = useRoute().params;
  const { route } = useLocation();
  const { busy, problem, run } = useTask();
  const enter = () =>
    run(async () => {
      await consumeLoginLink(token);
      await loadSession();
      route('/settings/account/security', true);
    });

  return (
    <Flow>
      <FlowIntro>
        <Heading>{t('loginLink.title')}</Heading>
        <p>{t('loginLink.text', { name: instanceName.value })}</p>
      </FlowIntro>
      <ProblemNotice problem={problem.value} />
      <Button busy={busy.value} onClick={() => void enter()}>
        {t('loginLink.button')}
      </Button>
    </Flow>
  );
}
