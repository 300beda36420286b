// A sale that opens at a set moment: how it stands, and the form that announces or changes it.
import { type Html, html } from '../../../lib/html.ts';
import type { DropFigures } from '../../../modules/inventory/index.ts';
import { button } from '../../kit/components/button.ts';
import { countText } from '../../kit/components/count.ts';
import { selectField, textField } from '../../kit/components/field.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { exactTime } from '../../kit/components/time.ts';
import type { FormState } from '../../kit/form-again.ts';

const MODE_TEXTS = {
  line: 'A line, in the order of joining',
  lottery: 'A draw among those who join before the opening',
  open: 'First come, first served',
} as const;
const STATE_TEXTS = { announced: 'Announced', open: 'Open', paused: 'Paused', sold_out: 'Sold out' } as const;
const DEFAULT_LIMIT = 1;
const DEFAULT_HOLD_SECONDS = 600;
/** "2026-11-25T10:00" of a time in UTC. */
const MINUTE_CHARACTERS = 16;

export function dropPart(productId: string, drop: DropFigures | undefined, state: FormState): Html {
  if (!drop)
    return html`<p class="muted">A sale that opens at a set moment. Whoever waits in its line is served by the shop: nobody has to be faster than others.</p>
${dropForm(productId, undefined, state)}`;
  return html`${keyValues([
    ['State', STATE_TEXTS[drop.state]],
    ['Opens', exactTime(drop.opensAt)],
    ['Who buys', MODE_TEXTS[drop.mode]],
    ['Waiting', countText(drop.waiting)],
  ])}
${drop.waiting > 0 ? html`<p class="muted">It can be changed again when nobody waits in its line.</p>` : dropForm(productId, drop, state)}`;
}

function dropForm(productId: string, drop: DropFigures | undefined, state: FormState): Html {
  const { errors } = state;
  const filled = (name: string, standing: string) => ({ name, errors, value: state.values[name] ?? standing });
  return html`<form class="form" id="drop" method="post" action="/seller/products/${productId}/drop">
${textField({ ...filled('opensAt', drop?.opensAt.toISOString().slice(0, MINUTE_CHARACTERS) ?? ''), label: 'Opens at', type: 'datetime-local', required: true, hint: 'UTC' })}
${selectField({
  ...filled('mode', drop?.mode ?? 'line'),
  label: 'Who buys',
  required: true,
  options: Object.entries(MODE_TEXTS).map(([value, text]) => ({ value, text })),
})}
${textField({ ...filled('perCustomerLimit', String(drop?.perCustomerLimit ?? DEFAULT_LIMIT)), label: 'Units a customer', type: 'number', required: true, min: 1, max: 1_000, step: 1, width: 'half' })}
${textField({ ...filled('holdSeconds', String(drop?.holdSeconds ?? DEFAULT_HOLD_SECONDS)), label: 'Seconds to pay', type: 'number', required: true, min: 5, max: 86_400, step: 1, width: 'half' })}
<p class="actions">${button(drop ? 'Change it' : 'Announce it', 'quiet')}</p></form>`;
}
