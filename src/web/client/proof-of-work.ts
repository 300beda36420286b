// Solves the puzzle of a drop and goes on. Without this script one waits: the form carries a token that is good then.
//   <form data-proof="/product/4711/proof" data-wait-seconds="10"> <input name="proof" value="wait.…"> </form>
// The browser computes PBKDF2 outside of this thread, a few tries at a time, so the page stays usable.
export {};

type Challenge = {
  parameters: { nonce: string; salt: string; cost: number; keyLength: number; keyPrefix: string };
  signature: string;
};

const TRIES_AT_ONCE = 8;
const TELL_EVERY_TRIES = 200;
/** Then something is wrong, and a person decides. */
const MAX_AUTOMATIC = 3;
const KEY = 'proofs';

const form = document.querySelector<HTMLFormElement>('form[data-proof]');
if (form) void pass(form);

async function pass(through: HTMLFormElement): Promise<void> {
  const status = document.querySelector('[data-proof-status]');
  const say = (text: string): void => {
    if (status) status.textContent = text;
  };
  const leftMs = Number(through.dataset.waitSeconds ?? 0) * 1_000;
  const tries = Number(sessionStorage.getItem(KEY) ?? 0);
  if (tries >= MAX_AUTOMATIC) {
    sessionStorage.removeItem(KEY);
    return say('Press “Go on” to try again.');
  }
  sessionStorage.setItem(KEY, String(tries + 1));
  if (leftMs <= 0) return through.submit();
  try {
    say('Your browser is solving a small puzzle.');
    const proof = await solved(through.dataset.proof ?? '', say);
    const field = through.querySelector<HTMLInputElement>('input[name=proof]');
    if (field && proof) field.value = proof;
    through.submit();
  } catch {
    // No WebCrypto (a page without https), or offline for a moment: then the wait does it.
    say(`You go on in ${Math.ceil(leftMs / 1_000)} seconds.`);
    setTimeout(() => through.submit(), leftMs + 500);
  }
}

/** Undefined: nothing is asked for any more. */
async function solved(address: string, say: (text: string) => void): Promise<string | undefined> {
  const answer = await fetch(address, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`the puzzle did not come: ${answer.status}`);
  const { challenge } = (await answer.json()) as { challenge: Challenge | null };
  if (!challenge) return undefined;
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const options = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(bytes(salt)), iterations: cost };

  async function derive(counter: number): Promise<string> {
    const own = password.slice();
    new DataView(own.buffer).setUint32(own.length - 4, counter);
    const key = await crypto.subtle.importKey('raw', own, 'PBKDF2', false, ['deriveBits']);
    return hex(new Uint8Array(await crypto.subtle.deriveBits(options, key, keyLength * 8)));
  }

  for (let first = 0; ; first += TRIES_AT_ONCE) {
    if (first > 0 && first % TELL_EVERY_TRIES === 0) say(`Your browser is solving a small puzzle: ${first} tries.`);
    const keys = await Promise.all(Array.from({ length: TRIES_AT_ONCE }, (_, n) => derive(first + n)));
    const found = keys.findIndex((key) => key.startsWith(keyPrefix));
    if (found >= 0)
      return btoa(JSON.stringify({ challenge, solution: { counter: first + found, derivedKey: keys[found] } }));
  }
}

function bytes(text: string): number[] {
  return (text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function hex(data: Uint8Array): string {
  return [...data].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
