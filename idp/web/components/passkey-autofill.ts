import { useSignal } from '@preact/signals';
import type { AuthenticationResponseJSON } from '@simplewebauthn/browser';
import { useEffect, useRef } from 'preact/hooks';
import { getSignInOptions } from '#web/api/session.ts';
import { awaitAutofill, cancelPasskeyRequest, expectsAutofill, mayAutofill } from '#web/passkey.ts';

/** The server forgets a challenge after five minutes; people leave tabs open for longer. */
const RENEW_MS = 4 * 60 * 1000;

type OnChosen = (credential: AuthenticationResponseJSON) => void;

/** Keeps an offer of saved passkeys open whenever nothing else is going on. */
export function useAutofill(busy: boolean, onChosen: OnChosen) {
  // Assumed until the browser says no, so that the input does not push the page apart when it comes.
  const offered = useSignal(expectsAutofill());
  const round = useSignal(0);
  const stop = useRef(() => {});

  useEffect(() => {
    void mayAutofill().then((may) => {
      offered.value = may;
    });
    const timer = setInterval(() => {
      round.value += 1;
    }, RENEW_MS);
    return () => clearInterval(timer);
  }, [offered, round]);

  useEffect(() => {
    if (!busy && offered.value) {
      stop.current = offerPasskeys(onChosen);
      return stop.current;
    }
  }, [busy, offered.value, round.value]);

  // Read late: the offer in force is the one to stop, at once and not after the next rendering,
  // or it could cancel the request that the button has opened meanwhile.
  return { offered: offered.value, stop: () => stop.current() };
}

/** Returns what withdraws the offer; safe to repeat, and harmless once another request is open. */
function offerPasskeys(onChosen: OnChosen): () => void {
  let withdrawn = false;

  const offer = async () => {
    const options = await getSignInOptions();
    const credential = withdrawn ? null : await awaitAutofill(options);
    if (credential) {
      onChosen(credential);
    }
  };
  // The offer is a shortcut: when it fails, the button says why.
  offer().catch(() => undefined);

  return () => {
    if (!withdrawn) {
      withdrawn = true;
      cancelPasskeyRequest();
    }
  };
}
