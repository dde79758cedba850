import type { ComponentChild } from 'preact';
import type { DeviceOutcome, RefusalFacts } from '#api';
import { Problem } from '#web/problem.ts';
import { DeviceDonePage } from './device/device-done.page.tsx';
import { RefusalPage } from './refusal/refusal.page.tsx';
import { type SignOutFacts, SignOutPage } from './sign-out/sign-out.page.tsx';
import { SignedOutPage } from './sign-out/signed-out.page.tsx';

/** Addresses of oidc-provider have no route here: the server writes into a meta element what to show, and of what. */
export function chosenByServer(): ComponentChild {
  const refusal = readFacts<RefusalFacts>('refusal');
  const signOut = readFacts<SignOutFacts>('sign-out');
  const device = readFacts<DeviceOutcome>('device');
  const signedOut = readFacts('signed-out');

  if (refusal) {
    return <RefusalPage problem={new Problem(refusal)} mismatch={refusal.mismatch} />;
  }
  if (signOut) {
    return <SignOutPage {...signOut} />;
  }
  if (device) {
    return <DeviceDonePage {...device} />;
  }
  return signedOut ? <SignedOutPage /> : null;
}

function readFacts<Facts>(name: string): Facts | null {
  const meta = document.querySelector<HTMLMetaElement>(`meta[name=${name}]`);
  return meta && (JSON.parse(meta.content) as Facts);
}
