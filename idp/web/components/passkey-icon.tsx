/** A person and a key, as the passkey mark of the FIDO Alliance has it; drawn anew. */
export function PasskeyIcon() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
      <circle cx="9.5" cy="7" r="4" />
      <path d="M13.2 13.4A9 9 0 0 0 9.5 12.6C5.4 12.6 2 15.2 2 18.4V20h11.6v-3.3a4.9 4.9 0 0 1-.4-3.3Z" />
      <path d="M18.4 10a3.6 3.6 0 0 0-1.6 6.8v4.3l1.6 1.6 2.4-2.4-1.4-1.4 1.4-1.4-1-1A3.6 3.6 0 0 0 18.4 10Zm0 3.6a1 1 0 1 1 0-2 1 1 0 0 1 0 2Z" />
    </svg>
  );
}
